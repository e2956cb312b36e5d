from __future__ import annotations

import logging

import pytest

from mailing.rendering.checks import check
from mailing.rendering.documents import CannotPrint, EnvelopeSheets
from mailing.rendering.faces import face
from mailing.rendering.layout import complaints_stop
from mailing.rendering.press import render
from mailing.rendering.slots import LEAST_SQUEEZE, SLOTS, Slot
from mailing.rendering.typesetting import DoesNotFit, set_text
from tests.factories.documents import SENDER, a_card, a_list, an_address, for_employer, personal


def stops_of(envelope: EnvelopeSheets) -> list[tuple[str, str, str]]:
    return [(stop.slot, stop.code, stop.detail) for stop in check(envelope)]


@pytest.mark.parametrize(
    ("name", "code", "detail"),
    [
        ("●田　太郎", "forbidden_character", "U+25CF"),
        ("〓田　太郎", "forbidden_character", "U+3013"),
        ("田？　太郎", "forbidden_character", "U+FF1F"),
        ("\ue000田　太郎", "forbidden_character", "U+E000"),
        ("田\u202e太郎", "forbidden_character", "U+202E"),
        ("田\x00太郎", "forbidden_character", "U+0000"),
        ("田😀太郎", "missing_glyph", "U+1F600"),
        ("שלום", "missing_glyph", "U+05E9"),
        ("邉\U000e01ef", "missing_glyph", "U+9089 U+E01EF"),
        ("か\u3099く", "missing_glyph", "U+304B U+3099"),
        ("", "empty", ""),
    ],
)
def test_a_name_that_cannot_be_printed_exactly_stops_the_envelope(name: str, code: str, detail: str) -> None:
    assert stops_of(personal(a_card(name=name))) == [("card_name", code, detail)]


def test_a_text_too_long_for_its_box_stops_the_envelope() -> None:
    ((slot, code, detail),) = stops_of(personal(a_card(), address=an_address(address1="東京都" + "長" * 97)))
    assert (slot, code, detail.endswith(" mm")) == ("address1", "does_not_fit", True)


@pytest.mark.parametrize(("count", "code"), [(0, "no_cards"), (5, "too_many_cards")])
def test_only_one_to_four_cards_are_printed(count: int, code: str) -> None:
    assert stops_of(personal(*(a_card(place) for place in range(count)))) == [("cards", code, str(count))]


def test_a_good_envelope_of_each_kind_has_no_stop() -> None:
    assert [stops_of(e) for e in (personal(a_card()), for_employer(a_card(1)), a_list(3))] == [[], [], []]


def test_every_part_of_an_employer_envelope_is_checked() -> None:
    envelope = for_employer(a_card(), employer_name="●商事", insured_name="")
    assert [stop[:2] for stop in stops_of(envelope)] == [
        ("employer_name", "forbidden_character"),
        ("insured_name", "empty"),
    ]


def test_a_dependants_card_needs_the_insured_persons_name_and_remarks_where_sex_is_on_the_back() -> None:
    card = a_card(1, insured_name="", sex="裏面参照")
    assert [stop[:2] for stop in stops_of(personal(card))] == [
        ("card_insured_name", "empty"),
        ("card_remarks", "empty"),
    ]


def test_nothing_is_made_when_one_envelope_cannot_be_printed() -> None:
    with pytest.raises(CannotPrint, match=r"card_name: forbidden_character U\+25CF") as refusal:
        render([personal(a_card()), personal(a_card(name="●"))])
    assert [stop.code for stop in refusal.value.stops] == ["forbidden_character"]


def test_texts_that_flow_with_the_letter_are_checked_for_their_characters_too() -> None:
    hotline = SENDER._replace(hotline_name="専用😀ダイヤル")
    assert stops_of(personal(a_card(), sender=hotline)) == [("plain_text", "missing_glyph", "U+1F600")]


def test_a_complaint_of_the_layout_stops_the_press() -> None:
    with pytest.raises(CannotPrint, match="layout_warning Failed to load image"), complaints_stop():
        logging.getLogger("weasyprint").warning("Failed to load image")


def test_a_short_text_is_not_squeezed() -> None:
    (line,) = set_text("健保　太郎", SLOTS["card_name"])
    assert (line.text, line.squeeze) == ("健保　太郎", 1.0)


def test_a_long_text_is_squeezed_into_one_line_and_then_set_in_two() -> None:
    slot = Slot(width=50, size=10, lines=2)
    (one,) = set_text("健" * 20, slot)
    assert LEAST_SQUEEZE <= one.squeeze < 1
    two = set_text("健" * 40, slot)
    assert [line.text for line in two] == ["健" * 20, "健" * 20]
    with pytest.raises(DoesNotFit):
        set_text("健" * 60, slot)
    with pytest.raises(DoesNotFit):
        set_text("健" * 40, Slot(width=50, size=10))


def test_half_width_kana_with_their_marks_are_covered() -> None:
    assert face().uncovered("ｶﾞﾊﾟｱ") == []
    assert face().width("ｶﾞ") == 1.0
