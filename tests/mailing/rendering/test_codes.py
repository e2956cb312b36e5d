from __future__ import annotations

import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from mailing.rendering.codes import MASK, SPANS, bar_path, modules_of, qr_path
from mailing.rendering.reading import _payload

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
# One table per length is made from as many pictures as the payload has bits; a few lengths are enough for the law.
PAYLOADS = st.one_of(
    st.sampled_from([1, 2, 12, 13]).flatmap(lambda n: st.text(ALPHANUMERIC, min_size=n, max_size=n)),
    st.sampled_from([14, 22, 26]).flatmap(
        lambda n: st.text(
            st.characters(min_codepoint=33, max_codepoint=126), min_size=n - 1, max_size=n - 1
        ).map(lambda text: text + "|")
    ),
)


@settings(max_examples=300, deadline=None)
@given(PAYLOADS)
def test_a_looked_up_2d_code_is_the_computed_one(payload: str) -> None:
    size, picture = modules_of(payload)
    mode = "alphanumeric" if set(payload) <= set(ALPHANUMERIC) else "byte"
    computed = segno.make_qr(payload, error="m", mask=MASK, boost_error=False, mode=mode)
    rows = ["".join("1" if module else "0" for module in row) for row in computed.matrix]
    assert f"{picture:0{size * size}b}" == "".join(rows)


@settings(max_examples=300, deadline=None)
@given(PAYLOADS)
def test_a_2d_code_taken_apart_gives_its_payload(payload: str) -> None:
    _size, path = qr_path(payload)
    assert _payload([*path.encode().splitlines(), b"f*", b""]) == payload


@given(st.text("1234", min_size=67, max_size=67))
def test_each_bar_is_filled_in_its_own_place(bars: str) -> None:
    lines = [line.split() for line in bar_path(bars).splitlines()]
    assert [round(float(left) / 1.2) for left, *_rest in lines] == list(range(67))
    spans = [(float(top), float(top) + float(height)) for _left, top, _width, height, *_operators in lines]
    assert [tuple(round(end, 6) for end in span) for span in spans] == [SPANS[bar] for bar in bars]
