"""From tables to what the press prints: one pass over a range of envelopes, a fixed number of queries."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from employers.models import TargetListLine
from issuance.models import Campaign, InsuredPerson
from issuance.states import Outcome
from japan.customer_barcode import customer_barcode
from mailing.models import EnclosedCard, Envelope
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
from mailing.states import EnvelopeKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

INSURER = "全国健康保険協会"
HELD = "held_person"
_INSURED = InsuredPerson.Relation.INSURED
_TO_A_PERSON, _TO_AN_EMPLOYER = "様", "御中"


@dataclass(frozen=True)
class Draft:
    """One envelope and its sheets; `held` says that a held person is in it, so that it must not be printed."""

    envelope: Envelope
    sheets: EnvelopeSheets
    held: bool

    def content_sha256(self) -> str:
        """The hash of everything the sheets say."""
        text = json.dumps(asdict(self.sheets), ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class _Material:
    """What several envelopes of a range need, read once."""

    cards: dict[int, list[EnclosedCard]]
    insured: dict[int, InsuredPerson]
    lines: dict[int, list[TargetListLine]]
    held_numbers: frozenset[tuple[int, str]]


def drafts_of(envelopes: QuerySet[Envelope]) -> list[Draft]:
    """The sheets of the envelopes in the order of their places; each is checked for held people again (design §4.8)."""
    rows = list(
        envelopes.select_related("campaign", "branch", "household", "employer", "target_list").order_by(
            "position", "pk"
        )
    )
    material = _material(rows)
    return [_draft(envelope, material) for envelope in rows]


def _material(rows: list[Envelope]) -> _Material:
    cards: dict[int, list[EnclosedCard]] = defaultdict(list)
    enclosed = EnclosedCard.objects.filter(envelope__in=rows).order_by("envelope", "position")
    for card in enclosed.select_related("certificate__person__selection"):
        cards[card.envelope_id].append(card)
    households = {row.household_id for row in rows if row.household_id}
    people = InsuredPerson.objects.filter(household__in=households, relation=_INSURED)
    lines: dict[int, list[TargetListLine]] = defaultdict(list)
    lists = {row.target_list_id for row in rows if row.target_list_id}
    for line in TargetListLine.objects.filter(target_list__in=lists).order_by("target_list", "position"):
        lines[line.target_list_id].append(line)
    return _Material(cards, {person.household_id: person for person in people}, lines, _held_numbers(rows))


def _held_numbers(rows: list[Envelope]) -> frozenset[tuple[int, str]]:
    """(employer, 番号) of held insured people, who must stand on no list."""
    employers = {row.employer_id for row in rows if row.target_list_id}
    held = InsuredPerson.objects.filter(
        household__employer__in=employers, relation=_INSURED, nondisclosure=True
    )
    return (
        frozenset(held.values_list("household__employer", "household__number")) if employers else frozenset()
    )


def _draft(envelope: Envelope, material: _Material) -> Draft:
    if envelope.kind == EnvelopeKind.TARGET_LIST:
        lines = material.lines[envelope.target_list_id or 0]
        held = any((envelope.employer_id, line.number) in material.held_numbers for line in lines)
        return Draft(envelope, EnvelopeSheets(envelope.piece_no, (_target_list(envelope, lines),)), held)
    cards = material.cards[envelope.pk]
    insured = material.insured[envelope.household_id or 0]
    people = [card.certificate.person for card in cards]
    held = insured.nondisclosure or any(
        person.nondisclosure or person.selection.outcome != Outcome.TARGET for person in people
    )
    printed = tuple(_card(card, insured, envelope) for card in cards)
    parts: tuple[Document, ...]
    if envelope.kind == EnvelopeKind.EMPLOYER:
        parts = (_letter(envelope), _employer_carrier(envelope, insured, printed))
    else:
        parts = (
            PersonalCarrier(
                _piece(envelope),
                _sender(envelope),
                _address(envelope, _TO_A_PERSON),
                _terms(envelope.campaign),
                printed,
            ),
        )
    return Draft(envelope, EnvelopeSheets(envelope.piece_no, parts), held)


def _employer_carrier(envelope: Envelope, insured: InsuredPerson, cards: tuple[Card, ...]) -> EmployerCarrier:
    """R24, and R25 as the campaign reads it: dependants only → the insured person's name alone, or with the numbers."""
    assert envelope.household is not None
    name_only = envelope.campaign.dependants_only_reading == Campaign.DependantsOnlyReading.NAME_ONLY
    silent = name_only and not any(card.is_insured for card in cards)
    return EmployerCarrier(
        piece=_piece(envelope),
        sender=_sender(envelope),
        employer_name=envelope.addressee,
        symbol="" if silent else envelope.household.symbol,
        number="" if silent else envelope.household.number,
        insured_name=insured.name_print,
        terms=_terms(envelope.campaign),
        cards=cards,
    )


def _letter(envelope: Envelope) -> EmployerLetter:
    return EmployerLetter(
        piece=_piece(envelope),
        sender=_sender(envelope),
        address=_address(envelope, _TO_AN_EMPLOYER),
        contact=envelope.contact,
        terms=_terms(envelope.campaign),
        inner=(envelope.piece_no,),
    )


def _target_list(envelope: Envelope, lines: Iterable[TargetListLine]) -> TargetListSheet:
    assert envelope.employer is not None
    assert envelope.target_list is not None
    return TargetListSheet(
        piece=_piece(envelope),
        sender=_sender(envelope),
        address=_address(envelope, _TO_AN_EMPLOYER),
        contact=envelope.contact,
        symbol=envelope.employer.symbol,
        version=envelope.target_list.version,
        terms=_terms(envelope.campaign),
        lines=tuple(TargetLine(line.number, line.insured_name, line.card_count) for line in lines),
    )


def _card(card: EnclosedCard, insured: InsuredPerson, envelope: Envelope) -> Card:
    assert envelope.household is not None
    person = card.certificate.person
    is_insured = person.relation == _INSURED
    return Card(
        is_insured=is_insured,
        symbol=envelope.household.symbol,
        number=envelope.household.number,
        edaban=person.edaban,
        name=person.name_print,
        name_kana=person.name_kana,
        sex=person.sex_print,
        birth_date=person.birth_date,
        qualified_on=person.acquired_on,
        insured_name="" if is_insured else insured.name_print,
        issued_on=card.certificate.issued_on,
        expires_on=card.certificate.expires_on,
        insurer_no=envelope.household.insurer_no,
        insurer_name=f"{INSURER} {envelope.branch.name}",
        insurer_address=envelope.branch.address,
        back_remarks=person.back_remarks,
        serial=card.certificate.serial,
    )


def _piece(envelope: Envelope) -> Piece:
    return Piece(envelope.piece_no, envelope.make_no, envelope.seq, envelope.of, envelope.card_count)


def _sender(envelope: Envelope) -> Sender:
    campaign = envelope.campaign
    return Sender(
        insurer_name=INSURER,
        branch_name=envelope.branch.name,
        address=envelope.branch.address,
        hotline_name=campaign.hotline_name,
        hotline_number=campaign.hotline_number,
        return_name=campaign.return_name,
        return_postal_code=campaign.return_postal_code,
        return_address=campaign.return_address,
    )


def _address(envelope: Envelope, honorific: str) -> Address:
    return Address(
        postal_code=envelope.postal_code,
        address1=envelope.address1,
        address2=envelope.address2,
        addressee=envelope.addressee,
        honorific=honorific,
        bars=_bars(envelope) if envelope.campaign.customer_barcode else None,
    )


def _bars(envelope: Envelope) -> str | None:
    code = customer_barcode(envelope.postal_code, f"{envelope.address1} {envelope.address2}")
    return code.bars if code else None


def _terms(campaign: Campaign) -> Terms:
    return Terms(
        reference_date=campaign.reference_date,
        decided_by=campaign.decided_by,
        new_cards_ended_on=campaign.new_cards_ended_on,
        old_cards_valid_until=campaign.old_cards_valid_until,
        deadline=campaign.deadline,
        notice=campaign.notice,
        forwarding=campaign.forwarding,
    )
