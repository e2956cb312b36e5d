from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailing.rendering.faces import face, has_loose_mark, is_special, mixed_in, signs_of


def test_no_two_signs_of_a_resource_share_a_code() -> None:
    coded = [(face().resource(sign), sign) for sign in face().all_signs() if is_special(sign)]
    codes = Counter((resource, own[sign]) for (resource, own), sign in coded)
    assert len(coded) > 14_000
    assert [place for place, count in codes.items() if count > 1] == []


@given(
    st.lists(
        st.sampled_from(["健", "𠮷", "辻\U000e0100", "邉\U000e0102", "ｶ", "ﾞ", "A", "\ufa19"]), min_size=1
    )
)
def test_signs_put_together_are_the_text(signs: list[str]) -> None:
    assert list(signs_of("".join(signs))) == signs


def test_a_plain_text_is_coded_by_its_own_characters() -> None:
    assert face().coded("髙橋　ｶﾞ") == ("F1", "9ad96a4b3000ff76ff9e")


def test_a_text_with_special_signs_is_coded_in_one_piece() -> None:
    resource, codes = face().coded("辻\U000e0100邉\U000e0102子")
    _name, own = face().resource("辻\U000e0100邉\U000e0102")
    assert (resource[0], len(codes), codes[-4:]) == ("X", 12, "5b50")
    assert bytes.fromhex(codes).decode("utf-16-be") == own["辻\U000e0100"] + own["邉\U000e0102"] + "子"


def test_special_signs_of_two_stretches_get_a_resource_of_their_own() -> None:
    resource, own = face().resource("辻\U000e0100𠮷")
    assert resource == "Y8fbbe0100.20bb7"
    assert own == {"辻\U000e0100": "\ue000", "𠮷": "\ue001"}
    assert (mixed_in("辻\U000e0100𠮷隆"), mixed_in("辻\U000e0100"), mixed_in("隆")) == (
        "辻\U000e0100𠮷",
        "",
        "",
    )


def test_a_sign_the_face_lacks_has_no_glyph() -> None:
    with pytest.raises(KeyError, match=r"U\+1F600"):
        face().glyph("😀")


def test_a_text_of_plain_characters_is_measured_at_once_and_any_other_is_not() -> None:
    assert face().plain_width("健保") == 2000
    assert face().plain_width("ｶﾞ") == 1000
    assert [face().plain_width(text) for text in ("健ﾞ", "辻\U000e0100", "𠮷", "か\u3099", "●")] == [None] * 5


def test_plain_characters_are_drawn_by_themselves() -> None:
    assert {len(sign) for sign in face().plain} == {1}
    assert face().uncovered("".join(sorted(face().plain)[:5000])) == []


def test_short_signs_are_plain_and_given_back_by_their_codes() -> None:
    short = face().short
    assert (len(short) > 6_000, {"髙", "﨑", "ｶ", "ﾞ", "A", "(", "表", "　"} <= short) == (True, True)
    assert short & {"𠮷", "〜", "●", "\n", "鷗", "辻\U000e0100"} == set()
    assert all(sign.encode("cp932").decode("cp932") == sign for sign in short)


@given(st.text("ｶﾞﾟA健\n", max_size=8))
def test_a_voicing_mark_is_loose_unless_it_follows_a_half_width_kana(text: str) -> None:
    loose = any(sign in "ﾞﾟ" and (place == 0 or text[place - 1] != "ｶ") for place, sign in enumerate(text))
    assert has_loose_mark(text) == loose
