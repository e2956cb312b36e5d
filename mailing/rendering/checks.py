"""Every reason why an envelope cannot be printed exactly, found before anything is printed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mailing.rendering.documents import (
    Card,
    Document,
    EmployerCarrier,
    EmployerLetter,
    EnvelopeSheets,
    PersonalCarrier,
    PrintStop,
    Sender,
    TargetListSheet,
    Terms,
)
from mailing.rendering.setting import Problem, SetBlock, set_block
from mailing.rendering.sheets import MOST_INNER, sheets_of
from mailing.rendering.typesetting import undrawable_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_CARDS = 4
_UNCOUNTABLE = {"no_cards", "too_many_cards", "too_many_inner"}
ON_THE_BACK = "裏面参照"


class SetEnvelope(NamedTuple):
    """An envelope's pages with every text set, or the reasons why there are none."""

    sheets: list[list[SetBlock]]
    stops: tuple[PrintStop, ...]


def check(envelope: EnvelopeSheets) -> tuple[PrintStop, ...]:
    """Why this envelope cannot be printed exactly; empty if it can."""
    return set_envelope(envelope).stops


def set_envelope(envelope: EnvelopeSheets) -> SetEnvelope:
    """Set every text of an envelope, and find every reason why it cannot be printed exactly."""
    problems = [*_wrong_counts(envelope), *_flowing(envelope.parts)]
    sheets: list[list[SetBlock]] = []
    if not any(code in _UNCOUNTABLE for _slot, code, _detail in problems):
        sheets = [[set_block(block, problems) for block in sheet] for sheet in sheets_of(envelope)]
    problems += _empty(envelope.parts)
    stops = tuple(PrintStop(envelope.piece_no, *problem) for problem in dict.fromkeys(problems))
    return SetEnvelope([] if stops else sheets, stops)


def _wrong_counts(envelope: EnvelopeSheets) -> list[Problem]:
    """What keeps an envelope from having sheets at all: no card, too many cards or inner envelopes."""
    found: list[Problem] = []
    for part in envelope.parts:
        if isinstance(part, PersonalCarrier | EmployerCarrier):
            if not part.cards:
                found.append(("cards", "no_cards", "0"))
            if len(part.cards) > MOST_CARDS:
                found.append(("cards", "too_many_cards", str(len(part.cards))))
        if isinstance(part, EmployerLetter) and len(part.inner) > MOST_INNER:
            found.append(("inner", "too_many_inner", str(len(part.inner))))
    return found


def _flowing(parts: Sequence[Document]) -> Iterator[Problem]:
    for part in parts:
        if undrawable := _undrawable_around(part.sender, part.terms):
            yield "plain_text", *undrawable


@lru_cache(maxsize=256)
def _undrawable_around(sender: Sender, terms: Terms) -> tuple[str, str] | None:
    """Texts that flow with the letter: the layout gives them room, but the face has to have them."""
    texts = (
        sender.insurer_name,
        sender.branch_name,
        sender.address,
        sender.hotline_name,
        sender.hotline_number,
        sender.return_name,
        sender.return_address,
        terms.notice,
    )
    return next((problem for text in texts if (problem := undrawable_in(text))), None)


def _empty(parts: Sequence[Document]) -> list[Problem]:
    return [(slot, "empty", "") for part in parts for slot, text in _required(part) if not text]


def _required(part: Document) -> Iterator[tuple[str, str]]:
    if isinstance(part, EmployerCarrier):
        yield "employer_name", part.employer_name
        yield "insured_name", part.insured_name
    else:
        yield "postal_code", part.address.postal_code
        yield "address1", part.address.address1
        yield "addressee", part.address.addressee
    if isinstance(part, EmployerLetter | TargetListSheet):
        yield "contact", part.contact
    if isinstance(part, PersonalCarrier | EmployerCarrier):
        for card in part.cards:
            yield from _required_on(card)
    if isinstance(part, TargetListSheet):
        for line in part.lines:
            yield "line_name", line.insured_name


def _required_on(card: Card) -> Iterator[tuple[str, str]]:
    yield "card_name", card.name
    yield "card_kana", card.name_kana
    yield "card_insurer_address", card.insurer_address
    if not card.is_insured:
        yield "card_insured_name", card.insured_name
    if card.sex == ON_THE_BACK:
        yield "card_remarks", card.back_remarks
