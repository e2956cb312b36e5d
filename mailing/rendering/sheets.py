"""From documents to sheets: which blocks stand on each page, what is set into their slots, which codes they carry.

A block is one absolutely placed part of a page with its own template. What is the same for many pages (`fixed`) shapes its
art; the texts and codes differ from page to page. Both ways of printing, the press and the layout engine, start from here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from japan.piece_number import grouped
from japan.postal import format_postal_code
from japan.wareki import format_wareki
from mailing.rendering.codes import sheet_payload
from mailing.rendering.documents import (
    Card,
    Document,
    EmployerCarrier,
    EmployerLetter,
    EnvelopeSheets,
    PersonalCarrier,
    Piece,
    Sender,
    TargetListSheet,
    Terms,
)

if TYPE_CHECKING:
    from datetime import date

# A target list's first page holds the letter and fewer lines than the following ones.
FIRST_PAGE_LINES, PAGE_LINES = 14, 34
MOST_INNER = 40
# Turned over on its long edge, the carrier shows its left cards on the right.
_BEHIND = {1: 2, 2: 1, 3: 4, 4: 3}

_WINDOW = ("postal_code", "address1", "address2", "addressee", "contact", "piece_no")
_HANDOVER = ("employer_name", "handover_symbol", "handover_number", "insured_name", "piece_no")
_MACHINE = ("machine_piece", "machine_sheet", "machine_seq", "machine_cards")
_CARD = (
    "card_symbol",
    "card_number",
    "card_edaban",
    "card_kana",
    "card_name",
    "card_sex",
    "card_birth",
    "card_qualified",
    "card_insured_name",
    "card_issued",
    "card_expires",
    "card_insurer_no",
    "card_insurer_name",
    "card_insurer_address",
    "card_serial",
)
_LINE = ("line_number", "line_name", "line_cards")


class Block(NamedTuple):
    """One block of a page: template, (name, value) pairs its art depends on, the slots' names and texts, and its codes.

    An empty text leaves its slot out. A code is (name, payload); the payload of `bars` are the bars, or empty for none.
    """

    template: str
    fixed: tuple[tuple[str, Any], ...]
    slots: tuple[str, ...]
    texts: tuple[str, ...]
    codes: tuple[tuple[str, str], ...] = ()


Sheet = tuple[Block, ...]


def sheets_of(envelope: EnvelopeSheets) -> list[Sheet]:
    """The pages of an envelope in order, each as its blocks."""
    total = sheet_count(envelope)
    made: list[Sheet] = []
    for part in envelope.parts:
        for page in range(_pages_of(part)):
            made.append(_sheet(part, page, len(made) + 1, total))
    return made


def sheet_count(envelope: EnvelopeSheets) -> int:
    """How many pages an envelope takes."""
    return sum(_pages_of(part) for part in envelope.parts)


def _pages_of(part: Document) -> int:
    if isinstance(part, TargetListSheet):
        return 1 + max(0, -(-(len(part.lines) - FIRST_PAGE_LINES) // PAGE_LINES))
    if isinstance(part, EmployerLetter):
        return 1
    return 2 if any(card.back_remarks for card in part.cards) else 1


def _sheet(part: Document, page: int, number: int, total: int) -> Sheet:
    machine = _machine(part.piece, number, total)
    if isinstance(part, TargetListSheet):
        return (*_list_page(part, page, f"{number}／{total}"), machine)
    if isinstance(part, EmployerLetter):
        return (_base("letter", part.sender, part.terms), _contents(part.inner), _window(part), machine)
    if page:
        behind = (_card_back(card, _BEHIND[place]) for place, card in enumerate(part.cards, 1))
        return (Block("back", (), (), ()), machine, *behind)
    cards = (_card(card, place) for place, card in enumerate(part.cards, 1))
    notes = _notes(len(part.cards))
    if isinstance(part, EmployerCarrier):
        return (_base("employer", part.sender, part.terms), notes, _handover(part), machine, *cards)
    return (_base("personal", part.sender, part.terms), notes, _window(part), machine, *cards)


@lru_cache(maxsize=256)
def _base(template: str, sender: Sender, terms: Terms) -> Block:
    return Block(template, (("sender", sender), ("terms", terms)), (), ())


@lru_cache(maxsize=8)
def _notes(count: int) -> Block:
    return Block("notes", (("count", count),), (), ())


def _window(part: PersonalCarrier | EmployerLetter | TargetListSheet) -> Block:
    address = part.address
    return Block(
        "window",
        (),
        _WINDOW,
        (
            format_postal_code(address.postal_code),
            address.address1,
            address.address2,
            f"{address.addressee}　{address.honorific}" if address.honorific else address.addressee,
            "" if isinstance(part, PersonalCarrier) else part.contact,
            grouped(part.piece.piece_no),
        ),
        (("bars", address.bars or ""),),
    )


def _handover(part: EmployerCarrier) -> Block:
    return Block(
        "handover",
        (("numbered", bool(part.symbol)),),
        _HANDOVER,
        (
            part.employer_name,
            part.symbol,
            part.number,
            f"{part.insured_name}　様",
            grouped(part.piece.piece_no),
        ),
    )


def _machine(piece: Piece, number: int, total: int) -> Block:
    return Block(
        "machine",
        (),
        _MACHINE,
        (
            f"{grouped(piece.piece_no)}-{piece.make_no}",
            f"{number}／{total}枚目",
            f"封筒 {piece.seq}／{piece.of}通目" if piece.cards else "",
            f"資格確認書 {piece.cards}枚" if piece.cards else "",
        ),
        (("sheet_code", sheet_payload(piece, number, total)),),
    )


@lru_cache(maxsize=100_000)
def _wareki(day: date) -> str:
    return format_wareki(day)


def _card(card: Card, place: int) -> Block:
    return Block(
        "card",
        (("place", place), ("is_insured", card.is_insured)),
        _CARD,
        (
            card.symbol,
            card.number,
            card.edaban,
            card.name_kana,
            card.name,
            card.sex,
            _wareki(card.birth_date),
            _wareki(card.qualified_on),
            "" if card.is_insured else card.insured_name,
            _wareki(card.issued_on),
            _wareki(card.expires_on),
            card.insurer_no,
            card.insurer_name,
            card.insurer_address,
            card.serial,
        ),
        (("card_code", card.serial),),
    )


def _card_back(card: Card, place: int) -> Block:
    return Block(
        "card_back", (("place", place),), ("back_serial", "card_remarks"), (card.serial, card.back_remarks)
    )


def _contents(inner: tuple[str, ...]) -> Block:
    rows = range(len(inner))
    slots = tuple(f"inner.{row}" for row in rows)
    return Block(
        "contents", (("count", len(inner)), ("rows", tuple(rows))), slots, tuple(map(grouped, inner))
    )


def _list_page(part: TargetListSheet, page: int, page_no: str) -> Sheet:
    start = FIRST_PAGE_LINES + (page - 1) * PAGE_LINES if page else 0
    lines = part.lines[start : FIRST_PAGE_LINES + page * PAGE_LINES]
    last = page + 1 == _pages_of(part)
    total = f"{len(part.lines)}名　資格確認書 {sum(line.cards for line in part.lines)}枚" if last else ""
    rows = tuple(range(len(lines)))
    table = Block(
        "list_table",
        (("place", "next" if page else "first"), ("rows", rows)),
        (*(f"{name}.{row}" for row in rows for name in _LINE), "list_total", "page_no"),
        (
            *(text for line in lines for text in (line.number, line.insured_name, str(line.cards))),
            total,
            page_no,
        ),
    )
    version = ("version", part.version)
    if page:
        head = Block(
            "list_next",
            (("terms", part.terms), version),
            ("list_employer_name", "list_symbol"),
            (part.address.addressee, part.symbol),
        )
        return (head, table)
    fixed = (("sender", part.sender), ("terms", part.terms), version)
    return (Block("list_first", fixed, ("list_symbol",), (part.symbol,)), _window(part), table)
