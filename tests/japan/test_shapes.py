from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from japan.shapes import MOST_SIGNS, shape_of


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("", ""),
        ("昭和64年1月99日", "漢漢99漢9漢99漢"),
        ("２０１９/5/1", "９９９９/9/9"),
        ("ﾔﾏﾀﾞ タロウ", "ｱｱｱｱ␣アアア"),
        ("やまだ\u3000ABＣ", "あああ□AAＡ"),
        ("辻\U000e0100﨑𠮷", "漢◇漢漢"),
        ("\x00\n\ue000😀", "◇◇◇◇"),
        ("9" * 40, "9" * MOST_SIGNS + "…"),
    ],
)
def test_a_value_is_shown_by_the_kinds_of_its_signs(value: str, shape: str) -> None:
    assert shape_of(value) == shape


@given(st.text(st.characters(codec="utf-8", categories=("L", "N")), max_size=50))
def test_no_letter_and_no_digit_of_a_value_is_left(value: str) -> None:
    assert set(shape_of(value)) <= set("９Ａｱ9Aあア漢◇…")
