"""Every reason why an envelope cannot be printed exactly, found before anything is laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailing.rendering.documents import (
    Address,
    Card,
    Document,
    EmployerCarrier,
    EmployerLetter,
    EnvelopeSheets,
    PersonalCarrier,
    PrintStop,
    TargetListSheet,
)
from mailing.rendering.typesetting import problem_of, undrawable_in

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_CARDS = 4


def check(envelope: EnvelopeSheets) -> tuple[PrintStop, ...]:
    """Why this envelope cannot be printed exactly; empty if it can."""
    stops = [
        PrintStop(envelope.piece_no, slot, code, detail)
        for part in envelope.parts
        for slot, code, detail in (*_count_problems(part), *_text_problems(part))
    ]
    return tuple(stops)


def _count_problems(part: Document) -> Iterator[tuple[str, str, str]]:
    if isinstance(part, PersonalCarrier | EmployerCarrier):
        if not part.cards:
            yield "cards", "no_cards", "0"
        if len(part.cards) > MOST_CARDS:
            yield "cards", "too_many_cards", str(len(part.cards))


def _text_problems(part: Document) -> Iterator[tuple[str, str, str]]:
    for text in _texts_without_box(part):
        if undrawable := undrawable_in(text):
            yield "plain_text", *undrawable
    for slot, text, required in _texts(part):
        if text:
            if problem := problem_of(text, slot):
                yield slot, *problem
        elif required:
            yield slot, "empty", ""


def _texts_without_box(part: Document) -> Iterator[str]:
    """Texts that flow with the letter: no box limits them, but the face has to have them."""
    sender = part.sender
    yield from (
        sender.insurer_name,
        sender.branch_name,
        sender.hotline_name,
        sender.hotline_number,
        sender.return_name,
    )
    yield part.terms.notice
    if isinstance(part, PersonalCarrier | EmployerCarrier):
        for card in part.cards:
            yield from (card.insurer_name, card.sex)


def _texts(part: Document) -> Iterator[tuple[str, str, bool]]:
    yield "sender_address", part.sender.address, False
    yield "return_address", part.sender.return_address, False
    if isinstance(part, EmployerCarrier):
        yield "employer_name", part.employer_name, True
        yield "insured_name", part.insured_name, True
    else:
        yield from _address_texts(part.address)
    if isinstance(part, EmployerLetter | TargetListSheet):
        yield "contact", part.contact, True
    if isinstance(part, PersonalCarrier | EmployerCarrier):
        for card in part.cards:
            yield from _card_texts(card)
    if isinstance(part, TargetListSheet):
        yield "list_employer_name", part.address.addressee, True
        for line in part.lines:
            yield "line_name", line.insured_name, True


def _address_texts(address: Address) -> Iterator[tuple[str, str, bool]]:
    yield "postal_code", address.postal_code, True
    yield "address1", address.address1, True
    yield "address2", address.address2, False
    yield "addressee", address.addressee, True


def _card_texts(card: Card) -> Iterator[tuple[str, str, bool]]:
    yield "card_name", card.name, True
    yield "card_kana", card.name_kana, True
    yield "card_insured_name", card.insured_name, not card.is_insured
    yield "card_insurer_address", card.insurer_address, True
    yield "card_remarks", card.back_remarks, card.sex == "裏面参照"
