"""Codes taken apart say what was put into them, many at once as one by one; what is no code of ours is not read."""

from __future__ import annotations

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from mailing.rendering.codes import BARS, MASK, Picture, bars_picture, qr_picture
from mailing.rendering.decoding import bars, payloads
from mailing.rendering.opening import Unreadable
from tests.mailing.rendering.test_codes import PAYLOADS

BARCODES = st.text("1234", min_size=BARS, max_size=BARS)
CARD, HIGHEST = "C482913055178", "::::::::::::Z"


def samples_of(picture: Picture) -> bytes:
    return picture.samples.to_bytes(picture.stride * picture.height, "big")


def one_flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 128 >> bit % 8
    return bytes(changed)


@settings(max_examples=300, deadline=None)
@given(st.lists(PAYLOADS, min_size=1, max_size=12))
def test_2d_codes_taken_apart_together_give_their_payloads(texts: list[str]) -> None:
    by_size: dict[int, list[tuple[str, bytes]]] = {}
    for text in texts:
        picture = qr_picture(text)
        by_size.setdefault(picture.width, []).append((text, samples_of(picture)))
    for size, codes in by_size.items():
        assert payloads(size, [code for _text, code in codes]) == [text for text, _code in codes]


@pytest.mark.parametrize("text", [CARD, HIGHEST, "|" + 13 * "a", "|" + 25 * "b"])
def test_a_code_with_one_wrong_module_says_something_else_or_nothing(text: str) -> None:
    """Codes are read without their error correction: every module of the data counts."""
    picture = qr_picture(text)
    whole = samples_of(picture)
    said = []
    for bit in range(8 * len(whole)):
        try:
            [payload] = payloads(picture.width, [one_flipped(whole, bit)])
        except Unreadable as refusal:
            payload = str(refusal)
        said.append(payload)
    data = {21: 128, 25: 224}[picture.width]
    needed = 4 + (9 + 11 * (len(text) // 2) + 6 * (len(text) % 2) if text[0] != "|" else 8 + 8 * len(text))
    assert sum(payload != text for payload in said) == needed + 3 * 49
    assert needed <= data


def test_what_a_wrong_module_makes_unreadable_has_its_reason() -> None:
    refusals = set()
    for text in (CARD, HIGHEST):
        whole = samples_of(qr_picture(text))
        for bit in range(8 * len(whole)):
            try:
                payloads(21, [whole, one_flipped(whole, bit)])
            except Unreadable as refusal:
                refusals.add(str(refusal))
    assert refusals == {
        "a 2D code without its finders",
        "a 2D code of another kind",
        "a 2D code that says more than it has room for",
        "a 2D code with a sign that does not exist",
    }


@pytest.mark.parametrize(("size", "codes"), [(21, [b"\0" * 62]), (22, [b"\0" * 66]), (33, [b"\0" * 165])])
def test_samples_of_no_code_of_ours_are_not_read(size: int, codes: list[bytes]) -> None:
    with pytest.raises(Unreadable, match="no 2D code"):
        payloads(size, codes)


def test_a_sound_code_in_kanji_is_none_of_ours() -> None:
    code = segno.make_qr("健保", mode="kanji", error="m", mask=MASK, boost_error=False, version=1)
    rows = ["".join("1" if module else "0" for module in row).ljust(24, "0") for row in code.matrix]
    with pytest.raises(Unreadable, match="another kind"):
        payloads(21, [int("".join(rows), 2).to_bytes(63, "big")])


@given(st.lists(BARCODES, min_size=1, max_size=5))
def test_bars_taken_apart_together_are_the_bars(codes: list[str]) -> None:
    assert bars(2 * BARS - 1, [samples_of(bars_picture(code)) for code in codes]) == codes


def test_bars_with_one_wrong_sample_say_something_else_or_nothing() -> None:
    code = "1234" + "4123" * 15 + "321"
    whole = samples_of(bars_picture(code))
    said = []
    for bit in range(8 * len(whole)):
        try:
            said += bars(2 * BARS - 1, [one_flipped(whole, bit)])
        except Unreadable:
            said.append("")
    assert code not in said
    assert len(said) - said.count("") == 2 * BARS  # the upper and the lower band of each bar


@pytest.mark.parametrize("content", [b"", b"\0" * 50, b"\0" * 52])
def test_samples_of_another_size_are_no_bars(content: bytes) -> None:
    with pytest.raises(Unreadable, match="another size"):
        bars(2 * BARS - 1, [content])


def test_nothing_is_no_bar() -> None:
    with pytest.raises(Unreadable, match="wrong place"):
        bars(2 * BARS - 1, [b"\0" * 51])
