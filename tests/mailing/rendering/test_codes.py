from __future__ import annotations

import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from mailing.rendering.codes import BARS, MASK, bars_picture, qr_picture
from mailing.rendering.painting import inline_image, painted

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
# One table per length is made from as many pictures as the payload has bits; a few lengths are enough for the law.
PAYLOADS = st.one_of(
    st.sampled_from([1, 2, 12, 13]).flatmap(lambda n: st.text(ALPHANUMERIC, min_size=n, max_size=n)),
    st.sampled_from([13, 21, 25, 40]).flatmap(
        lambda n: st.text([chr(point) for point in range(33, 127)], min_size=n, max_size=n).map("|".__add__)
    ),
)


@settings(max_examples=300, deadline=None)
@given(PAYLOADS)
def test_a_looked_up_2d_code_is_the_computed_one(payload: str) -> None:
    picture = qr_picture(payload)
    mode = "alphanumeric" if set(payload) <= set(ALPHANUMERIC) else "byte"
    computed = segno.make_qr(payload, error="m", mask=MASK, boost_error=False, mode=mode)
    rows = ["".join("1" if module else "0" for module in row) for row in computed.matrix]
    bits = f"{picture.samples:0{8 * picture.stride * picture.height}b}"
    found = [bits[at : at + picture.width] for at in range(0, len(bits), 8 * picture.stride)]
    assert (picture.width, picture.height, found) == (len(rows), len(rows), rows)


def test_the_four_bars_cover_their_bands_with_a_gap_after_each() -> None:
    picture = bars_picture("1234" + "4" * (BARS - 4))
    bits = f"{picture.samples:0{8 * picture.stride * picture.height}b}"
    rows = [bits[at : at + 8] for at in range(0, len(bits), 8 * picture.stride)]
    assert rows == ["10100000", "10101010", "10001000"]
    assert (picture.width, picture.height) == (133, 3)


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("bars"), st.text("1234", min_size=BARS, max_size=BARS)),
            st.tuples(st.just("card_code"), st.from_regex(r"[C|c][0-9]{12}", fullmatch=True)),
            st.tuples(st.sampled_from(["bars", "sheet_code"]), st.just("")),
        )
    )
)
def test_codes_that_are_painted_together_are_those_painted_one_by_one(codes: list[tuple[str, str]]) -> None:
    alone = [
        inline_image(bars_picture(payload) if name == "bars" else qr_picture(payload)) if payload else b""
        for name, payload in codes
    ]
    assert painted([name for name, _payload in codes], [payload for _name, payload in codes]) == alone
