"""What is read back from a file's bytes is what was set, and no change of the bytes goes unnoticed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
import segno

from mailing.rendering.codes import MASK, Picture, bars_picture, inline_image, qr_picture, sheet_payload
from mailing.rendering.press import render
from mailing.rendering.proofreading import expected_of, wrong_pages
from mailing.rendering.reading import Unreadable, read_pages
from mailing.rendering.sheets import sheets_of
from tests.factories.documents import BARS, NUMBER, a_card, a_piece, personal
from tests.factories.pages import HARDEST, an_envelope

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


def altered(change: Callable[[Any], None]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(render([personal(a_card(), a_card(1))]).pdf)) as pdf:
        change(pdf)
        pdf.save(out)
    return out.getvalue()


def replaced(stream: Any, old: bytes, new: bytes) -> None:
    content = stream.read_bytes()
    assert content.count(old) >= 1
    stream.write(content.replace(old, new, 1))


KEN, TEN = "健".encode("utf-16-be").hex().encode(), "建".encode("utf-16-be").hex().encode()


# A sound 2D code of ours in kanji mode: no payload of ours is.
_KANJI = segno.make_qr("健保", mode="kanji", error="m", mask=MASK, boost_error=False, version=1)
_ROWS = ["".join("1" if module else "0" for module in row).ljust(24, "0") for row in _KANJI.matrix]
KANJI_MODE = inline_image(Picture(21, 21, int("".join(_ROWS), 2))).encode()


def a_page(pdf: Any) -> Any:
    return pdf.pages[0].obj.Contents


def plain_font(pdf: Any) -> Any:
    return pdf.pages[0].resources.Font["/F1"]


def test_an_altered_name_is_seen() -> None:
    sheets = sheets_of(personal(a_card(), a_card(1)))
    other = "保".encode("utf-16-be").hex().encode()
    content = altered(lambda pdf: replaced(a_page(pdf), KEN, other))
    assert wrong_pages(read_pages(content), sheets) == [0]


def test_an_altered_bar_and_an_altered_2d_code_are_seen() -> None:
    sheets = sheets_of(personal(a_card(), a_card(1)))
    other_bars = inline_image(bars_picture("4" + BARS[1:])).encode()
    tall = altered(lambda pdf: replaced(a_page(pdf), inline_image(bars_picture(BARS)).encode(), other_bars))
    assert wrong_pages(read_pages(tall), sheets) == [0]
    code, other = (inline_image(qr_picture(f"C48291305517{end}")).encode() for end in "89")
    swapped = altered(lambda pdf: replaced(a_page(pdf), code, other))
    assert wrong_pages(read_pages(swapped), sheets) == [0]


@pytest.mark.parametrize(
    "change",
    [
        lambda pdf: replaced(plain_font(pdf).Encoding, b"<5065> ", b"<5065> 1"),
        lambda pdf: replaced(plain_font(pdf).ToUnicode, b"<5065> <5065>", b"<5065> <5EFA>"),
        lambda pdf: replaced(plain_font(pdf).ToUnicode, b"<5065> <5065>\n", b""),
        lambda pdf: replaced(a_page(pdf), b"/W 133/H 3", b"/W 132/H 3"),
        lambda pdf: replaced(a_page(pdf), b"/W 21/H 21", b"/W 21/H 20"),
        lambda pdf: replaced(a_page(pdf), b"/W 21/H 21", b"/W 24/H 24"),
        lambda pdf: replaced(a_page(pdf), b"BI\n/W 21", b"BI\n/I true/W 21"),
        lambda pdf: replaced(a_page(pdf), b"ID\nfe", b"ID\n7e"),
        lambda pdf: replaced(a_page(pdf), b"> Tj", b">  Tj"),
        lambda pdf: a_page(pdf).write(
            a_page(pdf).read_bytes().replace(inline_image(qr_picture("C482913055178")).encode(), KANJI_MODE)
        ),
    ],
)
def test_a_file_that_shows_something_else_than_it_says_is_unreadable(change: Callable[[Any], None]) -> None:
    with pytest.raises(Unreadable):
        list(read_pages(altered(change)))
