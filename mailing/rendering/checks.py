"""Every reason why an envelope cannot be printed exactly, found before anything is printed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mailing.rendering.documents import (
    Document,
    EmployerCarrier,
    EmployerLetter,
    EnvelopeSheets,
    PersonalCarrier,
    PrintStop,
    Sender,
    Terms,
)
from mailing.rendering.setting import Problem, Setter
from mailing.rendering.sheets import MOST_INNER, sheets_of
from mailing.rendering.typesetting import undrawable_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_CARDS = 4
_UNCOUNTABLE = {"no_cards", "too_many_cards", "too_many_inner"}
ON_THE_BACK = "裏面参照"


class SetEnvelope(NamedTuple):
    """An envelope's pages as operators with the setter that knows what they need, or the reasons why there are none."""

    pages: list[str]
    setter: Setter
    stops: tuple[PrintStop, ...]


def check(envelope: EnvelopeSheets) -> tuple[PrintStop, ...]:
    """Why this envelope cannot be printed exactly; empty if it can."""
    return set_envelope(envelope).stops


def set_envelope(envelope: EnvelopeSheets) -> SetEnvelope:
    """Set every text of an envelope, and find every reason why it cannot be printed exactly."""
    setter = Setter()
    problems = setter.problems
    problems += _wrong_counts(envelope)
    problems += _flowing(envelope.parts)
    pages: list[str] = []
    if not (problems and any(code in _UNCOUNTABLE for _slot, code, _detail in problems)):
        pages = [setter.page_of(sheet) for sheet in sheets_of(envelope)]
    problems += _without_remarks(envelope.parts)
    if problems:
        stops = tuple(PrintStop(envelope.piece_no, *problem) for problem in dict.fromkeys(problems))
        return SetEnvelope([], setter, stops)
    return SetEnvelope(pages, setter, ())


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


def _without_remarks(parts: Sequence[Document]) -> list[Problem]:
    """A card that says to look at its back needs something there."""
    return [
        ("card_remarks", "empty", "")
        for part in parts
        if isinstance(part, PersonalCarrier | EmployerCarrier)
        for card in part.cards
        if card.sex == ON_THE_BACK and not card.back_remarks
    ]
