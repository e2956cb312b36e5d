"""What the press prints: frozen values, already chosen and complete. Dates become 和暦 on the page, nothing else changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date


class Sender(NamedTuple):
    """Who writes, whom to ask, and where undelivered mail goes back to (R21, R36)."""

    insurer_name: str
    branch_name: str
    address: str
    hotline_name: str
    hotline_number: str
    return_name: str
    return_postal_code: str
    return_address: str


class Piece(NamedTuple):
    """The piece of mail a page belongs to; `code` goes into the 2D code of each sheet.

    The payload is `T1|piece_no|make_no|sheet/sheets|cards`: what an inserter needs to know and nothing about the person.
    """

    piece_no: str
    make_no: int
    seq: int
    of: int
    cards: int


class Address(NamedTuple):
    """What shows in the window: postal code, address, addressee and the customer barcode (67 bars 1–4) or none."""

    postal_code: str
    address1: str
    address2: str
    addressee: str
    honorific: str
    bars: str | None


class Card(NamedTuple):
    """One certificate with every printed item of domain.md §2. `insured_name` is printed on dependants' cards only."""

    is_insured: bool
    symbol: str
    number: str
    edaban: str
    name: str
    name_kana: str
    sex: str
    birth_date: date
    qualified_on: date
    insured_name: str
    issued_on: date
    expires_on: date
    insurer_no: str
    insurer_name: str
    insurer_address: str
    back_remarks: str
    serial: str


class Terms(NamedTuple):
    """The campaign's dates and texts that stand in the letters (R1–R6)."""

    reference_date: date
    decided_by: date
    new_cards_ended_on: date
    old_cards_valid_until: date
    deadline: date
    notice: str
    forwarding: bool


class PersonalCarrier(NamedTuple):
    """送付書兼資格確認書貼付台紙 to the insured person's home (R10, R14)."""

    piece: Piece
    sender: Sender
    address: Address
    terms: Terms
    cards: tuple[Card, ...]


class EmployerCarrier(NamedTuple):
    """The carrier an employer hands to the insured person: 記号, 番号, 被保険者氏名 outside (R24), never a dependant's name.

    `symbol` and `number` are empty where only dependants' cards are inside and R25 is read literally.
    """

    piece: Piece
    sender: Sender
    employer_name: str
    symbol: str
    number: str
    insured_name: str
    terms: Terms
    cards: tuple[Card, ...]


class EmployerLetter(NamedTuple):
    """The explanatory letter to the employer (R23, R34–R36); `inner` are the piece numbers handed over, no names."""

    piece: Piece
    sender: Sender
    address: Address
    contact: str
    terms: Terms
    inner: tuple[str, ...]


class TargetLine(NamedTuple):
    """One line of a target list."""

    number: str
    insured_name: str
    cards: int


class TargetListSheet(NamedTuple):
    """対象者一覧表 (R30): minimal columns, as of the campaign's reference date."""

    piece: Piece
    sender: Sender
    address: Address
    contact: str
    symbol: str
    version: int
    terms: Terms
    lines: tuple[TargetLine, ...]


Document = PersonalCarrier | EmployerCarrier | EmployerLetter | TargetListSheet


class EnvelopeSheets(NamedTuple):
    """Everything one envelope holds on paper, in order."""

    piece_no: str
    parts: tuple[Document, ...]


class RenderedFile(NamedTuple):
    """One PDF and how many of its pages each envelope takes, in the order given."""

    pdf: bytes
    page_counts: tuple[int, ...]


class PrintStop(NamedTuple):
    """Why an envelope cannot be printed exactly: a stable code, the slot, and a detail without personal data."""

    piece_no: str
    slot: str
    code: str
    detail: str


class CannotPrint(Exception):
    """Nothing was made: some envelope would have been printed wrong."""

    def __init__(self, stops: tuple[PrintStop, ...]) -> None:
        super().__init__(
            ", ".join(f"{stop.piece_no}/{stop.slot}: {stop.code} {stop.detail}" for stop in stops)
        )
        self.stops = stops
