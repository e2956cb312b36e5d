"""Envelopes of every kind for the press: chosen by a seed, and the ones that are hardest to set."""

from __future__ import annotations

from datetime import date
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from japan.customer_barcode import customer_barcode
from japan.piece_number import ENVELOPE_SHIFT, piece_number
from tests.factories.documents import a_card, a_list, a_piece, an_address, for_employer, personal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailing.rendering.documents import Card, EnvelopeSheets

GAIJI = ["髙", "﨑", "𠮷", "邉\U000e0102", "辻\U000e0100", "\ufa19", "栁", "濵", "德"]
KANJI = "佐藤鈴木高橋田中渡辺伊山本村小林加吉川松井清水郎子美一二三花健保"

HARDEST = {
    "longest name and address": personal(
        a_card(name="健" * 30, name_kana="ｶﾞ" * 18),
        a_card(1, name="辻\U000e0100　𠮷隆" * 3, insured_name="﨑" * 14),
        address=an_address(address1="東京都" + "霞が関" * 20, address2="郵" * 40, addressee="あ" * 40),
    ),
    "four cards of an insured person and three dependants": personal(*(a_card(place) for place in range(4))),
    "dependants only": personal(a_card(1), a_card(2, name="邉\U000e0102﨑"), a_card(3)),
    "no second address line, no bars": personal(a_card(), address=an_address(address2="", bars=None)),
    "remarks on the back": personal(
        a_card(sex="裏面参照", back_remarks="戸籍上の性別は女"),
        a_card(1, sex="裏面参照", back_remarks="長" * 40),
    ),
    "through the employer": for_employer(a_card(), a_card(1)),
    "through the employer, the insured person's name alone": for_employer(a_card(1), symbol="", number=""),
    "a list of one line": a_list(1),
    "a list over three pages": a_list(60),
}


def an_envelope(
    seed: int,
    *,
    cards_in: tuple[int, ...] = (1, 1, 1, 2, 2, 3, 4),
    through_employer: float = 0.2,
    unusual: float = 0.3,
) -> EnvelopeSheets:
    """A personal or employer envelope with 1–4 cards; the same seed gives the same one.

    `unusual` is the share of name parts with a rare sign, and half as many are very long.
    """
    random = Random(seed)
    name = partial(_name, random, unusual)
    number = piece_number(seed, shift=ENVELOPE_SHIFT)
    cards = [_card(random, name, place) for place in range(random.choice(cards_in))]
    piece = a_piece(len(cards), piece_no=number, make_no=random.choice([1, 1, 2, 11]))
    if random.random() < through_employer:
        return for_employer(*cards, piece=piece, insured_name=name())
    street = f"{random.randrange(1, 9)}丁目{random.randrange(1, 40)}番{random.randrange(1, 99)}号"
    code = customer_barcode("1000013", f"東京都千代田区霞が関{street}")
    address = an_address(
        address1=f"東京都千代田区霞が関{street}",
        address2=random.choice(["", "郵便プラザ503室"]),
        addressee=name(),
        bars=code.bars if code else None,
    )
    return personal(*cards, piece=piece, address=address)


def _card(random: Random, name: Callable[[], str], place: int) -> Card:
    return a_card(
        place,
        name=name(),
        insured_name="" if place == 0 else name(),
        number=str(random.randrange(1, 9_999_999)),
        birth_date=date(random.randrange(1926, 2025), random.randrange(1, 13), random.randrange(1, 28)),
        serial="C" + piece_number(random.randrange(10**11)),
        sex=random.choice("男女"),
    )


def _name(random: Random, unusual: float) -> str:
    def part() -> str:
        length = 9 if random.random() < unusual / 2 else random.choice([1, 2, 2, 3])
        signs = [random.choice(KANJI) for _ in range(length)]
        if random.random() < unusual:
            signs[random.randrange(length)] = random.choice(GAIJI)
        return "".join(signs)

    return f"{part()}　{part()}"
