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
from mailing.rendering.setting import set_sheets
from mailing.rendering.sheets import MOST_INNER, sheets_of
from mailing.rendering.typesetting import undrawable_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailing.rendering.setting import Problem, SetSheets

MOST_CARDS = 4
_CARRIERS = (PersonalCarrier, EmployerCarrier)
ON_THE_BACK = "裏面参照"


class SetEnvelopes(NamedTuple):
    """Of each envelope its pages as operators and what they have to say, or the reasons why there are none; and what all of them
    need of their file.

    Where something is missing there are no pages yet: it has to be compiled first.
    """

    pages: list[list[bytes]]
    said: list[list[str]]
    stops: list[tuple[PrintStop, ...]]
    needs: SetSheets


def check(envelope: EnvelopeSheets) -> tuple[PrintStop, ...]:
    """Why this envelope cannot be printed exactly; empty if it can."""
    return set_envelopes([envelope]).stops[0]


def set_envelopes(envelopes: Sequence[EnvelopeSheets]) -> SetEnvelopes:
    """Set every text of these envelopes, and find every reason why one cannot be printed exactly."""
    uncountable = [_wrong_counts(envelope) for envelope in envelopes]
    sheets = [
        [] if wrong else sheets_of(envelope) for wrong, envelope in zip(uncountable, envelopes, strict=True)
    ]
    done = set_sheets([sheet for of_one in sheets for sheet in of_one])
    pages: list[list[bytes]] = []
    said: list[list[str]] = []
    stops: list[tuple[PrintStop, ...]] = []
    end = 0
    for envelope, wrong, of_one in zip(envelopes, uncountable, sheets, strict=True):
        start, end = end, end + len(of_one)
        problems = [*wrong, *_flowing(envelope.parts)]
        if done.problems:
            problems += [problem for page in range(start, end) for problem in done.problems.get(page, ())]
        problems += _without_remarks(envelope.parts)
        if problems:
            unlike = dict.fromkeys(problems)
            stops.append(tuple([PrintStop(envelope.piece_no, *problem) for problem in unlike]))
            pages.append([])
            said.append([])
        else:
            stops.append(())
            pages.append(done.pages[start:end])
            said.append(done.said[start:end])
    return SetEnvelopes(pages, said, stops, done)


def _wrong_counts(envelope: EnvelopeSheets) -> list[Problem]:
    """What keeps an envelope from having sheets at all: no card, too many cards or inner envelopes."""
    found: list[Problem] = []
    for part in envelope.parts:
        if isinstance(part, _CARRIERS):
            if not part.cards:
                found.append(("cards", "no_cards", "0"))
            if len(part.cards) > MOST_CARDS:
                found.append(("cards", "too_many_cards", str(len(part.cards))))
        elif isinstance(part, EmployerLetter) and len(part.inner) > MOST_INNER:
            found.append(("inner", "too_many_inner", str(len(part.inner))))
    return found


def _flowing(parts: Sequence[Document]) -> list[Problem]:
    return [
        ("plain_text", *undrawable)
        for part in parts
        if (undrawable := _undrawable_around(part.sender, part.terms))
    ]


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
        if isinstance(part, _CARRIERS)
        for card in part.cards
        if card.sex == ON_THE_BACK and not card.back_remarks
    ]
