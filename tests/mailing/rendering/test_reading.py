"""What is read back from a file's bytes is what was set, and no change of the bytes goes unnoticed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import segno

from mailing.rendering.codes import MASK, Picture, bars_picture, qr_picture, sheet_payload
from mailing.rendering.opening import OpenedFile, Unreadable
from mailing.rendering.painting import inline_image
from mailing.rendering.press import render
from mailing.rendering.proofreading import expected_of, wrong_pages
from mailing.rendering.reading import read_pages
from mailing.rendering.sheets import sheets_of
from tests.factories.documents import BARS, NUMBER, a_card, a_piece, an_address, personal
from tests.factories.pages import HARDEST, an_envelope
from tests.factories.pdf_files import Taken

if TYPE_CHECKING:
    from collections.abc import Callable

ENVELOPES = [*HARDEST.values(), *(an_envelope(seed) for seed in range(30))]
SHEETS = [sheet for envelope in ENVELOPES for sheet in sheets_of(envelope)]


def test_every_text_and_code_of_every_page_is_read_back() -> None:
    read = list(read_pages(render(ENVELOPES).pdf))
    assert read == [expected_of(sheet) for sheet in SHEETS]


def test_a_page_says_name_numbers_and_codes() -> None:
    [page] = read_pages(render([personal(a_card(name="辻\U000e0100　𠮷隆"))]).pdf)
    assert ("辻\U000e0100　𠮷隆" in page.texts, "1234567" in page.texts) == (True, True)
    assert page.codes == [sheet_payload(a_piece(), 1, 1), "C482913055178"]
    assert (page.codes[0], page.bars) == (f"T1|{NUMBER}|1|1/1|1", BARS)


def test_pages_in_another_order_or_missing_are_wrong() -> None:
    content = render(ENVELOPES[-3:]).pdf
    sheets = [sheet for envelope in ENVELOPES[-3:] for sheet in sheets_of(envelope)]
    assert wrong_pages(read_pages(content), sheets) == []
    assert wrong_pages(read_pages(content), sheets[::-1])[0] == 0
    assert wrong_pages(read_pages(content), [*sheets, sheets[0]]) == [len(sheets)]


def altered(change: Callable[[Taken], None]) -> bytes:
    taken = Taken(render([personal(a_card(), a_card(1))]).pdf)
    change(taken)
    return taken.whole()


def in_page(old: bytes, new: bytes) -> Callable[[Taken], None]:
    return lambda taken: taken.change(taken.page(), lambda content: content.replace(old, new, 1))


def in_font(font: bytes, entry: bytes, old: bytes, new: bytes) -> Callable[[Taken], None]:
    return lambda taken: taken.change(taken.named(font, entry), lambda content: content.replace(old, new, 1))


def in_object(pattern: bytes, old: bytes, new: bytes) -> Callable[[Taken], None]:
    def change(taken: Taken) -> None:
        at = taken.number_of(pattern) - 1
        assert old in taken.objects[at]
        taken.objects[at] = taken.objects[at].replace(old, new, 1)

    return change


KEN, TAMOTSU = "健".encode("cp932"), "保".encode("cp932")


# A sound 2D code of ours in kanji mode: no payload of ours is.
_KANJI = segno.make_qr("健保", mode="kanji", error="m", mask=MASK, boost_error=False, version=1)
_ROWS = ["".join("1" if module else "0" for module in row).ljust(24, "0") for row in _KANJI.matrix]
KANJI_MODE = inline_image(Picture(21, 21, int("".join(_ROWS), 2)))


def test_an_altered_name_is_seen() -> None:
    sheets = sheets_of(personal(a_card(), a_card(1)))
    content = altered(in_page(KEN, TAMOTSU))
    assert wrong_pages(read_pages(content), sheets) == [0]


def test_an_altered_bar_and_an_altered_2d_code_are_seen() -> None:
    sheets = sheets_of(personal(a_card(), a_card(1)))
    other_bars = inline_image(bars_picture("4" + BARS[1:]))
    tall = altered(in_page(inline_image(bars_picture(BARS)), other_bars))
    assert wrong_pages(read_pages(tall), sheets) == [0]
    code, other = (inline_image(qr_picture(f"C48291305517{end}")) for end in "89")
    swapped = altered(in_page(code, other))
    assert wrong_pages(read_pages(swapped), sheets) == [0]


@pytest.mark.parametrize(
    "change",
    [
        in_font(b"S1", b"Encoding", b"<8C92> ", b"<8C92> 1"),
        in_font(b"S1", b"ToUnicode", b"<8C92> <5065>", b"<8C92> <5EFA>"),
        in_font(b"S1", b"ToUnicode", b"<8C92> <5065>\n", b""),
        in_font(b"F1", b"Encoding", b"<5065> ", b"<5065> 1"),
        in_font(b"F1", b"ToUnicode", b"<5065> <5065>", b"<5065> <5EFA>"),
        in_page(b"/W 133/H 3", b"/W 132/H 3"),
        in_page(b"/W 21/H 21", b"/W 21/H 20"),
        in_page(b"/W 21/H 21", b"/W 24/H 24"),
        in_page(b"BI\n/W 21", b"BI\n/I true/W 21"),
        in_page(b"ID\nfe", b"ID\n7e"),
        in_page(b"ID\nfe", b"ID\n"),
        in_page(b"ID\n8a", b"ID\n"),
        in_page(b") Tj", b")  Tj"),
        in_page(b"/S1 14", b"/F1 14"),
        in_page(inline_image(qr_picture("C482913055178")), KANJI_MODE),
    ],
)
def test_a_file_that_shows_something_else_than_it_says_is_unreadable(
    change: Callable[[Taken], None],
) -> None:
    with pytest.raises(Unreadable):
        list(read_pages(altered(change)))


def test_codes_of_two_bytes_are_read_in_their_own_font_only() -> None:
    special = "辻\U000e0100　𠮷隆"
    taken = Taken(render([personal(a_card(name=special), address=an_address(addressee=special))]).pdf)
    taken.change(taken.page(), lambda content: re.sub(rb"/Y\S+ ", b"/S1 ", content, count=1))
    with pytest.raises(Unreadable, match="codes of another font"):
        list(read_pages(taken.whole()))


def test_a_text_with_parentheses_and_with_signs_that_end_like_a_backslash_is_read_back() -> None:
    name, address = "表　十能ソ", "ビル(２号棟)\\ (表"
    [page] = read_pages(render([personal(a_card(name=name), address=an_address(address2=address))]).pdf)
    assert (name in page.texts, address in page.texts) == (True, True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (in_object(b"/Type/Catalog", b"/Type/Catalog", b"/Type/Cata"), "no catalog"),
        (in_object(b"/Type/Page/", b"/Type/Page/", b"/Type/Page /"), "is no page"),
        (in_object(b"/Type/Pages/Parent", b"/Count", b"/Cou"), "is no node"),
        (in_object(b"/Type/Page/", b"/Contents ", b"/Contents 9999"), "no object"),
        (in_object(b"/Type/Page/", b" 0 obj", b"0 0 obj"), "not at its place"),
        (in_object(b"stream\nx", b"/Length ", b"/Length 1"), "is no stream"),
    ],
)
def test_a_file_that_is_put_together_in_another_way_is_unreadable(
    change: Callable[[Taken], None], why: str
) -> None:
    with pytest.raises(Unreadable, match=why):
        list(OpenedFile(altered(change)).pages())


def test_a_page_whose_bytes_were_altered_or_that_has_no_table_is_unreadable() -> None:
    taken = Taken(render([personal(a_card())]).pdf)
    at = taken.page() - 1
    taken.objects[at] = taken.objects[at][:-30] + b"\x00\x00\x00\x00" + taken.objects[at][-26:]
    with pytest.raises(Unreadable, match="Error -"):
        list(OpenedFile(taken.whole()).pages())
    with pytest.raises(Unreadable, match="no table of objects"):
        OpenedFile(taken.whole() + b"\n")
