"""The shape of a written value: what kind of sign stands where, and nothing of what was written."""

from __future__ import annotations

import unicodedata

MOST_SIGNS = 30
_BLANKS = {" ": "␣", "\u3000": "□"}
_OTHER = "◇"
# By the beginning of a sign's name; each kind is shown by one sign of its own width.
_KINDS = (
    ("FULLWIDTH DIGIT", "９"),
    ("FULLWIDTH LATIN", "Ａ"),
    ("HALFWIDTH KATAKANA", "ｱ"),
    ("DIGIT", "9"),
    ("LATIN", "A"),
    ("HIRAGANA", "あ"),
    ("KATAKANA", "ア"),
    ("CJK UNIFIED", "漢"),
    ("CJK COMPATIBILITY IDEOGRAPH", "漢"),
)


def shape_of(text: str) -> str:
    """`9` for a digit, `A` for a letter, `あ`, `ア`, `漢`, full-width and half-width kept apart; `␣` and `□` for blanks, punctuation
    of ASCII as it is, `◇` for everything else. At most `MOST_SIGNS`, then `…`.

    So somebody sees that a date was written in full-width digits or that a name holds something strange, without seeing the value.
    """
    shape = "".join(map(_kind, text[:MOST_SIGNS]))
    return f"{shape}…" if len(text) > MOST_SIGNS else shape


def _kind(sign: str) -> str:
    if sign in _BLANKS:
        return _BLANKS[sign]
    name = unicodedata.name(sign, "")
    for beginning, shown in _KINDS:
        if name.startswith(beginning):
            return shown
    return sign if sign.isascii() and sign.isprintable() else _OTHER
