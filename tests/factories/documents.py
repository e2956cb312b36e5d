"""Documents for the press, complete and printable; a test changes what it is about."""

from __future__ import annotations

from datetime import date
from typing import Any

from japan.customer_barcode import customer_barcode
from mailing.rendering.documents import (
    Address,
    Card,
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

NUMBER = "482913055178"
SENDER = Sender(
    insurer_name="全国健康保険協会",
    branch_name="東京支部",
    address="東京都",
    hotline_name="協会けんぽマイナンバー専用ダイヤル",
    hotline_number="0570-015-369",
    return_name="資格確認書 不着還付センター",
    return_postal_code="1000013",
    return_address="東京都千代田区霞が関1丁目3番2号",
)
TERMS = Terms(
    reference_date=date(2025, 4, 30),
    decided_by=date(2024, 11, 29),
    new_cards_ended_on=date(2024, 12, 2),
    old_cards_valid_until=date(2025, 12, 1),
    deadline=date(2025, 12, 1),
    notice="令和６年10月29日保険課事務連絡",
    forwarding=True,
)
_BARCODE = customer_barcode("1000013", "東京都千代田区霞が関1丁目3番2号 郵便プラザ503室")
assert _BARCODE is not None
BARS = _BARCODE.bars


def a_piece(cards: int = 1, **changes: Any) -> Piece:
    return Piece(piece_no=NUMBER, make_no=1, seq=1, of=1, cards=cards)._replace(**changes)


def an_address(**changes: Any) -> Address:
    values = Address(
        postal_code="1000013",
        address1="東京都千代田区霞が関1丁目3番2号",
        address2="郵便プラザ503室",
        addressee="健保　太郎",
        honorific="様",
        bars=BARS,
    )
    return values._replace(**changes)


def a_card(place: int = 0, **changes: Any) -> Card:
    values = Card(
        is_insured=place == 0,
        symbol="21700023",
        number="1234567",
        edaban=f"{place:02d}",
        name="健保　太郎" if place == 0 else f"健保　花子{place}",
        name_kana="ｹﾝﾎﾟ ﾀﾛｳ",
        sex="男",
        birth_date=date(1989, 1, 8),
        qualified_on=date(2019, 5, 1),
        insured_name="" if place == 0 else "健保　太郎",
        issued_on=date(2025, 7, 18),
        expires_on=date(2029, 11, 30),
        insurer_no="01130012",
        insurer_name="全国健康保険協会 東京支部",
        insurer_address="東京都",
        back_remarks="",
        serial="C482913055178",
    )
    return values._replace(**changes)


def personal(*cards: Card, **changes: Any) -> EnvelopeSheets:
    """A personal envelope with these cards."""
    carrier = PersonalCarrier(a_piece(len(cards)), SENDER, an_address(), TERMS, cards)
    return EnvelopeSheets(NUMBER, (carrier._replace(**changes),))


def for_employer(*cards: Card, **changes: Any) -> EnvelopeSheets:
    """An employer envelope: letter and carrier."""
    address = an_address(addressee="株式会社届商事", honorific="御中")
    letter = EmployerLetter(a_piece(len(cards)), SENDER, address, "社会保険事務担当者様", TERMS, (NUMBER,))
    carrier = EmployerCarrier(
        a_piece(len(cards)), SENDER, "株式会社届商事", "21700023", "1234567", "健保　太郎", TERMS, cards
    )
    return EnvelopeSheets(NUMBER, (letter, carrier._replace(**changes)))


def a_list(lines: int) -> EnvelopeSheets:
    """A target list with so many lines."""
    address = an_address(addressee="株式会社届商事", honorific="御中")
    people = tuple(
        TargetLine(str(number), f"健保　太郎{number}", 1 + number % 4) for number in range(1, lines + 1)
    )
    sheet = TargetListSheet(a_piece(0), SENDER, address, "総務部", "21700023", 1, TERMS, people)
    return EnvelopeSheets(NUMBER, (sheet,))
