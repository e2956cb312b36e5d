"""見本: which pages of a submitted batch an approver has to look at. The system chooses, not a person (design §4.4).

One envelope for every kind of trouble a batch can hold, the first, the last, and some at random; where several would do, the
manifest's hash decides, so that the same submission always gives the same sample.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from django.db.models.functions import Concat

from employers.models import TargetListLine
from issuance.models import InsuredPerson
from mailing.models import EnclosedCard, SamplePage
from mailing.states import SampleReason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mailing.models import PrintBatch

AT_RANDOM = 5
# Of a long target list these pages stand for the rest: its beginning and its end.
FIRST_PAGES, LONG = 3, 4
_R = SampleReason
_SIZES = {1: _R.ONE_CARD, 2: _R.TWO_CARDS, 3: _R.THREE_CARDS, 4: _R.FOUR_CARDS}
_LAST_OF_BMP = 0xFFFF
_INSURED = InsuredPerson.Relation.INSURED
_FACTS = ("pk", "first_page", "pages", "card_count", "of", "household", "make_no")


class SampledPiece(NamedTuple):
    """What decides whether an envelope belongs to the sample; `texts` are all names and addresses that are printed."""

    pk: int
    first_page: int
    pages: int
    cards: int
    of: int
    household: int | None
    make_no: int
    names: tuple[str, ...]
    address: str
    dependants_only: bool
    back_remarks: bool


def draw_sample(batch: PrintBatch, *, manifest_sha256: str) -> int:
    """Record the sample of the batch's present revision and return how many pages it has."""
    pieces = _pieces(batch)
    by_pk = {piece.pk: piece for piece in pieces}
    drawn = SamplePage.objects.bulk_create(
        SamplePage(
            batch=batch,
            revision=batch.revision,
            page=page,
            envelope_id=pk,
            reasons=[reason.value for reason in reasons],
        )
        for pk, reasons in chosen(pieces, seed=manifest_sha256).items()
        for page in _pages(by_pk[pk])
    )
    return len(drawn)


def chosen(pieces: Sequence[SampledPiece], *, seed: str) -> dict[int, list[SampleReason]]:
    """The envelopes of the sample with the reasons for each; a pure function of its arguments."""
    lot = sorted(pieces, key=lambda piece: hashlib.sha256(f"{seed}:{piece.pk}".encode()).digest())
    found: dict[int, list[SampleReason]] = defaultdict(list)
    for reason, some in _strata(pieces, lot):
        for piece in some:
            found[piece.pk].append(reason)
    return dict(found)


def _strata(
    pieces: Sequence[SampledPiece], lot: Sequence[SampledPiece]
) -> Iterator[tuple[SampleReason, Sequence[SampledPiece]]]:
    yield _R.FIRST, pieces[:1]
    yield _R.LAST, pieces[-1:]
    for cards, reason in _SIZES.items():
        yield reason, [piece for piece in lot if piece.of == 1 and piece.cards == cards][:1]
    split = _first(lot, lambda piece: piece.of > 1)
    yield _R.SPLIT, [piece for piece in pieces if split and piece.household == split[0].household]
    yield _R.DEPENDANTS_ONLY, _first(lot, lambda piece: piece.dependants_only)
    yield _R.LONGEST_NAME, _largest(lot, lambda piece: max(map(len, piece.names), default=0))
    yield _R.LONGEST_ADDRESS, _largest(lot, lambda piece: len(piece.address))
    yield _R.RARE_CHARACTER, _first(lot, lambda piece: any(map(is_rare, (*piece.names, piece.address))))
    yield _R.BACK_REMARKS, _first(lot, lambda piece: piece.back_remarks)
    if len({piece.pages for piece in pieces}) > 1:
        yield _R.MOST_PAGES, _largest(lot, lambda piece: piece.pages)
    yield _R.MADE_AGAIN, _first(lot, lambda piece: piece.make_no > 1)
    yield _R.RANDOM, lot[:AT_RANDOM]


def is_rare(text: str) -> bool:
    """Whether a text holds a character beyond the first plane or with a variation selector (外字・異体字)."""
    return any(
        ord(character) > _LAST_OF_BMP or unicodedata.name(character, "").startswith("VARIATION SELECTOR")
        for character in text
        if not character.isascii()
    )


def _first(lot: Iterable[SampledPiece], belongs: Callable[[SampledPiece], bool]) -> list[SampledPiece]:
    piece = next(filter(belongs, lot), None)
    return [] if piece is None else [piece]


def _largest(lot: Sequence[SampledPiece], measure: Callable[[SampledPiece], int]) -> list[SampledPiece]:
    return [max(lot, key=measure)] if lot else []


def _pages(piece: SampledPiece) -> list[int]:
    pages = list(range(piece.first_page, piece.first_page + piece.pages))
    return pages if len(pages) <= LONG else [*pages[:FIRST_PAGES], pages[-1]]


def _pieces(batch: PrintBatch) -> list[SampledPiece]:
    """The envelopes of the batch in its order; a fixed number of queries."""
    people, listed = _people(batch), _listed(batch)
    rows = batch.envelopes.annotate(address=Concat("address1", "address2")).order_by("position")
    columns = (*_FACTS, "addressee", "address", "target_list")
    return [
        SampledPiece._make(
            (
                *facts,
                (addressee, *(name for _relation, name, _back in people[facts[0]]), *listed[target_list]),
                address,
                bool(people[facts[0]]) and all(one[0] != _INSURED for one in people[facts[0]]),
                any(back for _relation, _name, back in people[facts[0]]),
            )
        )
        for *facts, addressee, address, target_list in rows.values_list(*columns)
    ]


def _people(batch: PrintBatch) -> dict[int, list[tuple[str, ...]]]:
    """Of everybody in each envelope: 本人家族区分, name, 裏面備考."""
    person = "certificate__person"
    columns = (f"{person}__relation", f"{person}__name_print", f"{person}__back_remarks")
    people: dict[int, list[tuple[str, ...]]] = defaultdict(list)
    cards = EnclosedCard.objects.filter(envelope__batch=batch)
    for envelope_id, *one in cards.values_list("envelope_id", *columns):
        people[envelope_id].append(tuple(one))
    return people


def _listed(batch: PrintBatch) -> dict[int | None, list[str]]:
    """The names on each target list."""
    lists = batch.envelopes.filter(target_list__isnull=False).values("target_list")
    listed: dict[int | None, list[str]] = defaultdict(list)
    lines = TargetListLine.objects.filter(target_list__in=lists)
    for target_list_id, name in lines.values_list("target_list_id", "insured_name"):
        listed[target_list_id].append(name)
    return listed
