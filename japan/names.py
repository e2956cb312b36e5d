"""Names are sacred: what may stand in one, its length, and the keys that find it (domain.md §3.5).

No function here changes a name that is stored or printed. NFC and NFKC replace compatibility kanji (神
U+FA19 → U+795E), so they serve search keys only.
"""

from __future__ import annotations

import re
import unicodedata

import jaconv
import regex

_CLUSTER = regex.compile(r"\X")
# ● and 〓 stand for characters another system lost; a question mark or U+FFFD for one a converter lost.
_LOST_CHARACTER_MARKS = frozenset("●〓？?\ufffd")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Controls (NUL among them), private use (also planes 15 and 16), lone surrogates, line and paragraph
# separators. Not "unassigned": what this Python's tables do not know yet may be a kanji of a newer Unicode.
_BAD_CATEGORIES = frozenset({"Cc", "Co", "Cs", "Zl", "Zp"})
_KANA = re.compile(r"[ｦ-ﾟA-Z .\-]+")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_BLANKS = re.compile(r"\s+")
# Forms of one character that people use for each other when they ask for somebody; for searching only.
_VARIANT_FORMS = {
    "高": "髙",
    "崎": "﨑嵜碕",
    "吉": "𠮷",
    "柳": "栁",
    "浜": "濵濱",
    "辺": "邉邊",
    "斎": "齋齊斉",
    "徳": "德",
    "沢": "澤",
    "広": "廣",
    "国": "國",
    "真": "眞",
    "島": "嶋嶌",
    "桜": "櫻",
    "瀬": "瀨",
    "恵": "惠",
    "橋": "槗",
    "礼": "禮",
    "富": "冨",
    "竜": "龍",
    "条": "條",
    "曽": "曾",
    "桑": "桒",
    "黒": "黑",
    "静": "靜",
    "栄": "榮",
}
_VARIANTS = str.maketrans({form: plain for plain, forms in _VARIANT_FORMS.items() for form in forms})
_VARIANT = re.compile(f"[{''.join(_VARIANT_FORMS.values())}]")


def grapheme_count(text: str) -> int:
    """How many characters a reader sees: a kanji with its variation selector counts as one."""
    return len(_CLUSTER.findall(text))


def forbidden_in_name(text: str) -> str | None:
    """The first character no name may hold, or nothing.

    Forbidden are marks of lost characters (● 〓 ？ ? U+FFFD), private use, controls, lone surrogates,
    direction marks and noncharacters (interfaces.md §1, domain.md §3.5). Variation selectors are part of a
    name.
    """
    return next((character for character in text if _is_forbidden(character)), None)


def is_name_kana(text: str) -> bool:
    """Half-width kana, Latin capitals, space, full stop and hyphen only, at least one (interfaces.md §1)."""
    return bool(_KANA.fullmatch(text))


def name_search_key(text: str) -> str:
    """The key under which a name is found: widths and variants folded, selectors and blanks dropped.

    Never printed. Two different names may share a key; a search shows both.
    """
    # The blank between the names is what NFKC makes of it anyway; without it most texts need no normalization at all.
    plain = _SELECTORS.sub("", text).replace("\u3000", " ")
    folded = _VARIANT.sub(_usual, unicodedata.normalize("NFKC", plain))
    return _BLANKS.sub("", folded.replace(" ", "")).casefold()


def _usual(variant: re.Match[str]) -> str:
    return variant[0].translate(_VARIANTS)


def kana_search_key(text: str) -> str:
    """The key under which a reading is found, in whatever kana it is typed: full-width katakana."""
    folded = jaconv.hira2kata(unicodedata.normalize("NFKC", text))
    return _BLANKS.sub("", folded).casefold()


def _is_forbidden(character: str) -> bool:
    return (
        character in _LOST_CHARACTER_MARKS
        or character in _BIDI
        or unicodedata.category(character) in _BAD_CATEGORIES
        or _is_noncharacter(ord(character))
    )


def _is_noncharacter(code: int) -> bool:
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
