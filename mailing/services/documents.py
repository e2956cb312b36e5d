"""From tables to what the press prints: one pass over a range of envelopes, a fixed number of queries, no model objects."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.postgres.aggregates import BitXor
from django.forms import model_to_dict

from employers.models import Employer, TargetListLine
from issuance.models import Campaign, InsuredPerson
from issuance.states import Outcome
from japan.customer_barcode import customer_barcode
from mailing.queries.parcels import parcels_of
from mailing.rendering.documents import (
    Address,
    Card,
    Document,
    EmployerCarrier,
    EmployerLetter,
    EnvelopeSheets,
    PersonalCarrier,
    Piece,
    Sender,
    TargetLine,
    TargetListSheet,
    Terms,
)
from mailing.rendering.sheets import MOST_INNER
from mailing.services.envelope_rows import EMPLOYER_STATUS, FACT, ROW, Row
from mailing.sql.enclosed import enclosed_cards, facts_of_cards, fetched, row_by_row
from mailing.states import EnvelopeKind, StopCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from mailing.models import Envelope
    from mailing.sql.enclosed import Enclosed

INSURER = "全国健康保険協会"
_INSURED = InsuredPerson.Relation.INSURED
_TO_A_PERSON, _TO_AN_EMPLOYER = "様", "御中"


class Draft(NamedTuple):
    """One envelope and its sheets; `stop` says why it must not be printed, if it must not: a held person is in it, or it would go to
    an employer who has closed (domain.md §9, 6).
    """

    pk: int
    sheets: EnvelopeSheets
    stop: StopCode | None


@dataclass(frozen=True)
class _Material:
    """What several envelopes of a range need, read once."""

    cards: dict[int, list[Enclosed]]
    lines: dict[int, list[TargetLine]]
    held_numbers: frozenset[tuple[int, str]]
    handed_over: dict[int, tuple[str, ...]]


class _Letterhead:
    """What the envelopes of one campaign and one branch have in common."""

    def __init__(self, campaign: Campaign, row: Row) -> None:
        self.campaign = campaign
        self.insurer = f"{INSURER} {row.branch_name}"
        self.name_only = campaign.dependants_only_reading == Campaign.DependantsOnlyReading.NAME_ONLY
        self.terms = Terms(
            reference_date=campaign.reference_date,
            decided_by=campaign.decided_by,
            new_cards_ended_on=campaign.new_cards_ended_on,
            old_cards_valid_until=campaign.old_cards_valid_until,
            deadline=campaign.deadline,
            notice=campaign.notice,
            forwarding=campaign.forwarding,
        )
        self.sender = Sender(
            insurer_name=INSURER,
            branch_name=row.branch_name,
            address=row.branch_address,
            hotline_name=campaign.hotline_name,
            hotline_number=campaign.hotline_number,
            return_name=campaign.return_name,
            return_postal_code=campaign.return_postal_code,
            return_address=campaign.return_address,
        )


class _Letterheads(dict[tuple[int, str], _Letterhead]):
    """The letterheads of some campaigns, by campaign and branch, each made once."""

    def __init__(self, campaigns: dict[int, Campaign]) -> None:
        super().__init__()
        self._campaigns = campaigns

    def of(self, row: Row) -> _Letterhead:
        key = (row.campaign_id, row.branch_name)
        found = self.get(key)
        if found is None:
            found = self[key] = _Letterhead(self._campaigns[row.campaign_id], row)
        return found


class Drafts(NamedTuple):
    """The drafts of a range of envelopes, and what the tables said of them in one word: while that is the same (`facts_of`), so are
    the drafts. Empty where other tables than those of a person's envelope have a part in them.
    """

    drafts: list[Draft]
    facts: str


def read_drafts(envelopes: QuerySet[Envelope]) -> Drafts:
    """The sheets of the envelopes in the order of their places; each is checked for held people again (design §4.8)."""
    with row_by_row():
        rows = list(
            map(
                Row._make,
                fetched(envelopes.order_by("position", "pk").values_list(*ROW, FACT, EMPLOYER_STATUS)),
            )
        )
        material = _material(rows)
    campaigns = Campaign.objects.in_bulk({row.campaign_id for row in rows})
    heads = _Letterheads(campaigns)
    drafts = [_draft(row, material, heads.of(row)) for row in rows]
    if any(row.kind != EnvelopeKind.PERSONAL for row in rows):
        return Drafts(drafts, "")
    of_rows = reduce(xor, [row.fact for row in rows], 0)
    of_cards = reduce(xor, [card.fact for cards in material.cards.values() for card in cards], 0)
    return Drafts(drafts, _facts(of_rows, of_cards, campaigns))


def drafts_of(envelopes: QuerySet[Envelope]) -> list[Draft]:
    """The drafts alone."""
    return read_drafts(envelopes).drafts


def facts_of(envelopes: QuerySet[Envelope], ids: Sequence[int]) -> str:
    """What the tables say now of these envelopes to persons, in one word; `ids` are theirs."""
    with row_by_row():
        of_rows = envelopes.order_by().aggregate(facts=BitXor(FACT))["facts"] or 0
        of_cards = facts_of_cards(envelope_ids=ids, insured=_INSURED, target=Outcome.TARGET)
    campaigns = Campaign.objects.in_bulk(envelopes.order_by().values_list("campaign", flat=True).distinct())
    return _facts(of_rows, of_cards, campaigns)


def _facts(of_rows: int, of_cards: int, campaigns: dict[int, Campaign]) -> str:
    settings = [sorted(model_to_dict(campaigns[key]).items()) for key in sorted(campaigns)]
    return hashlib.sha256(repr((of_rows, of_cards, settings)).encode()).hexdigest()


def _material(rows: list[Row]) -> _Material:
    cards: dict[int, list[Enclosed]] = defaultdict(list)
    ids = [row.pk for row in rows if row.kind != EnvelopeKind.TARGET_LIST]
    for card in enclosed_cards(envelope_ids=ids, insured=_INSURED, target=Outcome.TARGET):
        cards[card.envelope_id].append(card)
    lines: dict[int, list[TargetLine]] = defaultdict(list)
    lists = {row.target_list_id for row in rows if row.target_list_id}
    if lists:
        listed = TargetListLine.objects.filter(target_list__in=lists).order_by("target_list", "position")
        for found in listed.values_list("target_list", "number", "insured_name", "card_count"):
            target_list, number, name, count = found
            lines[target_list].append(TargetLine(number, name, count))
    employers = [row for row in rows if row.kind == EnvelopeKind.EMPLOYER]
    return _Material(cards, lines, _held_numbers(rows), parcels_of(employers, most=MOST_INNER))


def _held_numbers(rows: list[Row]) -> frozenset[tuple[int, str]]:
    """(employer, 番号) of held insured people, who must stand on no list."""
    employers = {row.employer_id for row in rows if row.target_list_id}
    held = InsuredPerson.objects.filter(
        household__employer__in=employers, relation=_INSURED, nondisclosure=True
    )
    return (
        frozenset(held.values_list("household__employer", "household__number")) if employers else frozenset()
    )


def _draft(row: Row, material: _Material, head: _Letterhead) -> Draft:
    if row.kind == EnvelopeKind.TARGET_LIST:
        lines = material.lines[row.target_list_id or 0]
        held = any((row.employer_id, line.number) in material.held_numbers for line in lines)
        return Draft(
            row.pk, EnvelopeSheets(row.piece_no, (_target_list(row, lines, head),)), _stop(row, held=held)
        )
    cards = material.cards[row.pk]
    held = any(card.held for card in cards)
    printed = tuple([_card(card, row, head.insurer) for card in cards])
    parts: tuple[Document, ...]
    if row.kind == EnvelopeKind.EMPLOYER:
        carrier = _employer_carrier(row, cards[0].insured_name if cards else "", printed, head)
        inner = material.handed_over.get(row.pk)
        parts = (_letter(row, inner, head), carrier) if inner else (carrier,)
    else:
        parts = (
            PersonalCarrier(
                _piece(row),
                head.sender,
                _address(row, _TO_A_PERSON, head.campaign),
                head.terms,
                printed,
            ),
        )
    return Draft(row.pk, EnvelopeSheets(row.piece_no, parts), _stop(row, held=held))


def _stop(row: Row, *, held: bool) -> StopCode | None:
    if held:
        return StopCode.HELD_PERSON
    closed = row.kind != EnvelopeKind.PERSONAL and row.employer_status == Employer.Status.ENDED
    return StopCode.EMPLOYER_CLOSED if closed else None


def _employer_carrier(row: Row, name: str, cards: tuple[Card, ...], head: _Letterhead) -> EmployerCarrier:
    """R24, and R25 as the campaign reads it: dependants only → the insured person's name alone, or with the numbers."""
    silent = head.name_only and not any(card.is_insured for card in cards)
    return EmployerCarrier(
        piece=_piece(row),
        sender=head.sender,
        employer_name=row.addressee,
        symbol="" if silent else row.symbol,
        number="" if silent else row.number,
        insured_name=name,
        terms=head.terms,
        cards=cards,
    )


def _letter(row: Row, inner: tuple[str, ...], head: _Letterhead) -> EmployerLetter:
    """R23: one letter per parcel, before its first envelope; it names pieces only."""
    return EmployerLetter(
        piece=_piece(row),
        sender=head.sender,
        address=_address(row, _TO_AN_EMPLOYER, head.campaign),
        contact=row.contact,
        terms=head.terms,
        inner=inner,
    )


def _target_list(row: Row, lines: list[TargetLine], head: _Letterhead) -> TargetListSheet:
    return TargetListSheet(
        piece=_piece(row),
        sender=head.sender,
        address=_address(row, _TO_AN_EMPLOYER, head.campaign),
        contact=row.contact,
        symbol=row.employer_symbol,
        version=row.version,
        terms=head.terms,
        lines=tuple(lines),
    )


def _card(card: Enclosed, row: Row, insurer: str) -> Card:
    (
        _envelope,
        relation,
        edaban,
        name,
        kana,
        sex,
        birth,
        acquired,
        remarks,
        issued,
        expires,
        serial,
        insured_name,
        _held,
        _fact,
    ) = card
    is_insured = relation == _INSURED
    return Card(
        is_insured,
        row.symbol,
        row.number,
        edaban,
        name,
        kana,
        sex,
        birth,
        acquired,
        "" if is_insured else insured_name,
        issued,
        expires,
        row.insurer_no,
        insurer,
        row.branch_address,
        remarks,
        serial,
    )


def _piece(row: Row) -> Piece:
    return Piece(row.piece_no, row.make_no, row.seq, row.of, row.card_count)


def _address(row: Row, honorific: str, campaign: Campaign) -> Address:
    code = None
    if campaign.customer_barcode:
        code = customer_barcode(row.postal_code, f"{row.address1} {row.address2}")
    return Address(
        postal_code=row.postal_code,
        address1=row.address1,
        address2=row.address2,
        addressee=row.addressee,
        honorific=honorific,
        bars=code.bars if code else None,
    )
