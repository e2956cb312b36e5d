import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from japan.blanks import BLANKS, trim
from japan.cp932 import unencodable
from japan.names import forbidden_in_name, grapheme_count, kana_search_key, name_search_key

_TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
_KANJI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
_SELECTORS = st.characters(min_codepoint=0xE0100, max_codepoint=0xE01EF)
_DIFFICULT = st.sampled_from("\u3000 \u3099\u309bか﨑髙ﾊﾞ\ufe00\U000e0100")
_HIRAGANA = st.characters(min_codepoint=0x3041, max_codepoint=0x3094)


@given(_TEXTS)
def test_trim_takes_blanks_from_the_ends_only(text: str) -> None:
    trimmed = trim(text)
    assert trimmed == "" or (trimmed[0] not in BLANKS and trimmed[-1] not in BLANKS)
    assert [character for character in text if character not in BLANKS] == [
        character for character in trimmed if character not in BLANKS
    ]


@given(_TEXTS)
def test_what_is_not_listed_as_unencodable_survives_cp932(text: str) -> None:
    lost = unencodable(text)
    kept = "".join(character for character in text if character not in lost)
    assert kept.encode("cp932").decode("cp932") == kept


@given(_TEXTS)
def test_a_text_without_its_forbidden_characters_is_allowed(text: str) -> None:
    allowed = "".join(character for character in text if forbidden_in_name(character) is None)
    assert forbidden_in_name(allowed) is None
    assert (forbidden_in_name(text) is None) is (allowed == text)


@given(st.lists(st.tuples(_KANJI, st.one_of(st.just(""), _SELECTORS)), max_size=60))
def test_a_variation_selector_neither_counts_nor_hides_a_name(name: list[tuple[str, str]]) -> None:
    text = "".join(kanji + selector for kanji, selector in name)
    plain = "".join(kanji for kanji, _ in name)
    assert grapheme_count(text) == len(name)
    assert name_search_key(text) == name_search_key(plain)
    assert forbidden_in_name(text) is None


@given(st.text(_KANJI, max_size=20))
def test_a_search_key_finds_itself(name: str) -> None:
    assert name_search_key(name_search_key(name)) == name_search_key(name)


@given(st.text(st.one_of(st.characters(codec="utf-8"), _DIFFICULT), max_size=30))
def test_a_search_key_is_that_of_each_character_once_widths_are_folded(text: str) -> None:
    without_selectors = re.sub("[\ufe00-\ufe0f\U000e0100-\U000e01ef]", "", text)
    folded = unicodedata.normalize("NFKC", without_selectors)
    assert name_search_key(text) == "".join(map(name_search_key, folded))


@given(st.text(_HIRAGANA, max_size=20))
def test_a_reading_has_one_key_in_hiragana_and_katakana(reading: str) -> None:
    katakana = "".join(chr(ord(character) + 0x60) for character in reading)
    assert kana_search_key(reading) == kana_search_key(katakana) == katakana
