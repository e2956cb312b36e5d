"""From documents to sheets: which blocks stand on each page, what is set into their slots, which codes they carry.

A block is one absolutely placed part of a page with its own template. What is the same for many pages is its form; the texts
and codes differ from page to page. Both ways of printing, the press and the layout engine, start from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from japan.piece_number import grouped
from japan.postal import format_postal_code
from japan.wareki import format_wareki
from mailing.rendering.codes import sheet_payload
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
    TargetListSheet,
    Terms,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

# A target list's first page holds the letter and fewer lines than the following ones.
FIRST_PAGE_LINES, PAGE_LINES = 14, 34
MOST_INNER = 40
# Turned over on its long edge, the carrier shows its left cards on the right.
_BEHIND = {1: 2, 2: 1, 3: 4, 4: 3}
_MOST_KEPT = 100_000
_CARRIERS = (PersonalCarrier, EmployerCarrier)
_remarks_of = attrgetter("back_remarks")

_HANDOVER = ("employer_name", "handover_symbol", "handover_number", "insured_name", "piece_no")
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


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """What many blocks have in common: template, the (name, value) pairs its art depends on, and the names of slots and codes.

    There is one object per combination (`form`), so that what was worked out for a form is found by the object itself.
    """

    template: str
    fixed: tuple[tuple[str, Any], ...]
    slots: tuple[str, ...]
    codes: tuple[str, ...]


def form(
    template: str,
    fixed: tuple[tuple[str, Any], ...] = (),
    slots: tuple[str, ...] = (),
    codes: tuple[str, ...] = (),
) -> Form:
    """The one form of this combination."""
    return _form(template, fixed, slots, codes)


@cache
def _form(
    template: str, fixed: tuple[tuple[str, Any], ...], slots: tuple[str, ...], codes: tuple[str, ...]
) -> Form:
    return Form(template, fixed, slots, codes)


_HOME = form("window", (), ("postal_code", "address1", "address2", "addressee", "piece_no"), ("bars",))
_OFFICE = form(
    "window", (), ("postal_code", "address1", "address2", "addressee", "contact", "piece_no"), ("bars",)
)
_MACHINE = form(
    "machine", (), ("machine_piece", "machine_sheet", "machine_seq", "machine_cards"), ("sheet_code",)
)
_BACK = form("back")


class Block(NamedTuple):
    """One block of a page: its form, the texts of the form's slots, and the payloads of its codes.

    An empty text or payload leaves its slot or code out. The payload of `bars` are the bars.
    """

    form: Form
    texts: tuple[str, ...] = ()
    payloads: tuple[str, ...] = ()


class Sheet(NamedTuple):
    """A page: the forms of its blocks in order, and the texts and payloads of all of them, one block's after another's."""

    forms: tuple[Form, ...]
    texts: tuple[str, ...]
    payloads: tuple[str, ...]

    def blocks(self) -> Iterator[Block]:
        """Each block by itself."""
        texts, payloads = iter(self.texts), iter(self.payloads)
        for form in self.forms:
            yield Block(form, tuple(islice(texts, len(form.slots))), tuple(islice(payloads, len(form.codes))))


def sheets_of(envelope: EnvelopeSheets) -> list[Sheet]:
    """The pages of an envelope in order."""
    pages = [(part, page) for part in envelope.parts for page in range(_pages_of(part))]
    total = len(pages)
    return [_sheet(part, page, number, total) for number, (part, page) in enumerate(pages, 1)]


def sheet_count(envelope: EnvelopeSheets) -> int:
    """How many pages an envelope takes."""
    return sum(map(_pages_of, envelope.parts))


def _pages_of(part: Document) -> int:
    if isinstance(part, TargetListSheet):
        return 1 + max(0, -(-(len(part.lines) - FIRST_PAGE_LINES) // PAGE_LINES))
    if isinstance(part, EmployerLetter):
        return 1
    return 2 if any(map(_remarks_of, part.cards)) else 1


def _sheet(part: Document, page: int, number: int, total: int) -> Sheet:
    piece_no = grouped(part.piece.piece_no)
    if not page and isinstance(part, _CARRIERS):
        return _carrier(part, piece_no, number, total)
    machine = Block(
        _MACHINE,
        _machine_texts(part.piece, piece_no, number, total),
        (sheet_payload(part.piece, number, total),),
    )
    if isinstance(part, TargetListSheet):
        return _of_blocks(*_list_page(part, page, f"{number}／{total}"), machine)
    if isinstance(part, EmployerLetter):
        base, window = _base("letter", part.sender, part.terms), _office(part.address, piece_no, part.contact)
        return _of_blocks(Block(base), _contents(part.inner), window, machine)
    behind = [_card_back(card, _BEHIND[place]) for place, card in enumerate(part.cards, 1)]
    return _of_blocks(Block(_BACK), machine, *behind)


def _of_blocks(*blocks: Block) -> Sheet:
    forms, texts, payloads = zip(*blocks, strict=True)
    return Sheet(forms, tuple(chain.from_iterable(texts)), tuple(chain.from_iterable(payloads)))


def _carrier(part: PersonalCarrier | EmployerCarrier, piece_no: str, number: int, total: int) -> Sheet:
    """A carrier's front. Nearly every page is one, so that it is put together without its single blocks."""
    texts: tuple[str, ...]
    bars: tuple[str, ...]
    if isinstance(part, PersonalCarrier):
        base, outside = _base("personal", part.sender, part.terms), _HOME
        texts, bars = _window_texts(part.address, piece_no), (part.address.bars or "",)
    else:
        base, outside = _base("employer", part.sender, part.terms), _handover_form(bool(part.symbol))
        texts, bars = _handover_texts(part, piece_no), ()
    are_insured = [card.is_insured for card in part.cards]
    serials = [card.serial for card in part.cards]
    return Sheet(
        _carrier_forms(base, outside, *are_insured),
        (
            *texts,
            *_machine_texts(part.piece, piece_no, number, total),
            *chain.from_iterable(map(_card_texts, part.cards)),
        ),
        (*bars, sheet_payload(part.piece, number, total), *serials),
    )


@cache
def _carrier_forms(base: Form, outside: Form, *are_insured: bool) -> tuple[Form, ...]:
    """The forms of a carrier whose cards are of insured persons or not."""
    notes = form("notes", (("count", len(are_insured)),))
    cards = [_card_form(place, is_insured) for place, is_insured in enumerate(are_insured, 1)]
    return (base, notes, outside, _MACHINE, *cards)


@cache
def _base(template: str, sender: Sender, terms: Terms) -> Form:
    return form(template, (("sender", sender), ("terms", terms)))


def _window_texts(address: Address, piece_no: str, *contact: str) -> tuple[str, ...]:
    postal_code, address1, address2, addressee, honorific, _bars = address
    return (
        postal_code and _postal_code(postal_code),
        address1,
        address2,
        f"{addressee}　{honorific}" if addressee and honorific else addressee,
        *contact,
        piece_no,
    )


def _office(address: Address, piece_no: str, contact: str) -> Block:
    return Block(_OFFICE, _window_texts(address, piece_no, contact), (address.bars or "",))


_postal_code = lru_cache(maxsize=_MOST_KEPT)(format_postal_code)


@cache
def _handover_form(numbered: bool) -> Form:
    return form("handover", (("numbered", numbered),), _HANDOVER)


def _handover_texts(part: EmployerCarrier, piece_no: str) -> tuple[str, ...]:
    return (
        part.employer_name,
        part.symbol,
        part.number,
        part.insured_name and f"{part.insured_name}　様",
        piece_no,
    )


def _machine_texts(piece: Piece, piece_no: str, number: int, total: int) -> tuple[str, ...]:
    _number, make_no, seq, of, cards = piece
    return (f"{piece_no}-{make_no}", *_counts(number, total, seq, of, cards))


@lru_cache(maxsize=10_000)
def _counts(number: int, total: int, seq: int, of: int, cards: int) -> tuple[str, str, str]:
    return (
        f"{number}／{total}枚目",
        f"封筒 {seq}／{of}通目" if cards else "",
        f"資格確認書 {cards}枚" if cards else "",
    )


class _Written(dict["date", str]):
    """Days as printed: the same few come over and over."""

    def __missing__(self, day: date) -> str:
        written = format_wareki(day)
        if len(self) < _MOST_KEPT:
            self[day] = written
        return written


_written = _Written()


@cache
def _card_form(place: int, is_insured: bool) -> Form:
    slots = [slot for slot in _CARD if not (is_insured and slot == "card_insured_name")]
    return form("card", (("place", place), ("is_insured", is_insured)), tuple(slots), ("card_code",))


def _card_texts(card: Card) -> tuple[str, ...]:
    (
        is_insured,
        symbol,
        number,
        edaban,
        name,
        name_kana,
        sex,
        birth_date,
        qualified_on,
        insured_name,
        issued_on,
        expires_on,
        insurer_no,
        insurer_name,
        insurer_address,
        _back_remarks,
        serial,
    ) = card
    return (
        symbol,
        number,
        edaban,
        name_kana,
        name,
        sex,
        _written[birth_date],
        _written[qualified_on],
        *(() if is_insured else (insured_name,)),
        _written[issued_on],
        _written[expires_on],
        insurer_no,
        insurer_name,
        insurer_address,
        serial,
    )


@cache
def _back_form(place: int) -> Form:
    return form("card_back", (("place", place),), ("back_serial", "card_remarks"))


def _card_back(card: Card, place: int) -> Block:
    return Block(_back_form(place), (card.serial, card.back_remarks))


def _contents(inner: tuple[str, ...]) -> Block:
    rows = tuple(range(len(inner)))
    slots = tuple(f"inner.{row}" for row in rows)
    return Block(form("contents", (("count", len(inner)), ("rows", rows)), slots), tuple(map(grouped, inner)))


def _list_page(part: TargetListSheet, page: int, page_no: str) -> list[Block]:
    start = FIRST_PAGE_LINES + (page - 1) * PAGE_LINES if page else 0
    lines = part.lines[start : FIRST_PAGE_LINES + page * PAGE_LINES]
    last = page + 1 == _pages_of(part)
    total = f"{len(part.lines)}名　資格確認書 {sum(line.cards for line in part.lines)}枚" if last else ""
    rows = tuple(range(len(lines)))
    slots = (*(f"{name}.{row}" for row in rows for name in _LINE), "list_total", "page_no")
    table = Block(
        form("list_table", (("place", "next" if page else "first"), ("rows", rows)), slots),
        (
            *(text for line in lines for text in (line.number, line.insured_name, str(line.cards))),
            total,
            page_no,
        ),
    )
    version = ("version", part.version)
    if page:
        slots = ("list_employer_name", "list_symbol")
        head = form("list_next", (("terms", part.terms), version), slots)
        return [Block(head, (part.address.addressee, part.symbol)), table]
    head = form("list_first", (("sender", part.sender), ("terms", part.terms), version), ("list_symbol",))
    window = _office(part.address, grouped(part.piece.piece_no), part.contact)
    return [Block(head, (part.symbol,)), window, table]
