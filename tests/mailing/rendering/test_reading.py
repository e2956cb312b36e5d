"""What is read back from a file's bytes is what was set, and no change of the bytes goes unnoticed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest

from mailing.rendering.checks import set_envelope
from mailing.rendering.codes import qr_path, sheet_payload
from mailing.rendering.press import render
from mailing.rendering.proofreading import expected_of, wrong_pages
from mailing.rendering.reading import Unreadable, read_pages
from tests.factories.documents import BARS, NUMBER, a_card, a_piece, personal
from tests.factories.pages import HARDEST, an_envelope

if TYPE_CHECKING:
    from collections.abc import Callable

ENVELOPES = [*HARDEST.values(), *(an_envelope(seed) for seed in range(30))]
SHEETS = [sheet for envelope in ENVELOPES for sheet in set_envelope(envelope).sheets]


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
    sheets = [sheet for envelope in ENVELOPES[-3:] for sheet in set_envelope(envelope).sheets]
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


def a_page(pdf: Any) -> Any:
    return pdf.pages[0].obj.Contents


def plain_font(pdf: Any) -> Any:
    return pdf.pages[0].resources.Font["/F1"]


def test_an_altered_name_is_seen() -> None:
    sheets = set_envelope(personal(a_card(), a_card(1))).sheets
    other = "保".encode("utf-16-be").hex().encode()
    content = altered(lambda pdf: replaced(a_page(pdf), KEN, other))
    assert wrong_pages(read_pages(content), sheets) == [0]


def test_an_altered_bar_and_an_altered_2d_code_are_seen() -> None:
    sheets = set_envelope(personal(a_card(), a_card(1))).sheets
    tall = altered(lambda pdf: replaced(a_page(pdf), b"1.2 1.2 0.6 2.4 re f", b"1.2 0 0.6 2.4 re f"))
    assert wrong_pages(read_pages(tall), sheets) == [0]
    _size, path = qr_path("C482913055178")
    _size, other = qr_path("C482913055179")
    swapped = altered(lambda pdf: replaced(a_page(pdf), path.encode(), other.encode()))
    assert wrong_pages(read_pages(swapped), sheets) == [0]


@pytest.mark.parametrize(
    "change",
    [
        lambda pdf: replaced(plain_font(pdf).Encoding, b"<5065> ", b"<5065> 1"),
        lambda pdf: replaced(plain_font(pdf).ToUnicode, b"<5065> <5065>", b"<5065> <5EFA>"),
        lambda pdf: replaced(plain_font(pdf).ToUnicode, b"<5065> <5065>\n", b""),
        lambda pdf: replaced(a_page(pdf), b"1.2 1.2 0.6 2.4 re f", b"1.3 1.2 0.6 2.4 re f"),
        lambda pdf: replaced(a_page(pdf), b"1.2 1.2 0.6 2.4 re f\n", b""),
        lambda pdf: replaced(a_page(pdf), b"f*\nQ", b"f\nQ"),
        lambda pdf: replaced(a_page(pdf), b"4 4 7 7 re", b"4 4 6 7 re"),
    ],
)
def test_a_file_that_shows_something_else_than_it_says_is_unreadable(change: Callable[[Any], None]) -> None:
    with pytest.raises(Unreadable):
        list(read_pages(altered(change)))
