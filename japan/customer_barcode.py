"""カスタマバーコード: the post office's four-state barcode of an address (domain.md §4.1).

The address is reduced to digits, hyphens and single letters in the nine documented steps; twenty characters
and a check character become 67 bars: 1 long, 2 semi-long up, 3 semi-long down, 4 timing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from japan.postal import is_representative

# The post office's dimensions in mm at 10 pt, the size this barcode is printed in.
LONG_MM, SEMI_LONG_MM, TIMING_MM = 3.6, 2.4, 1.2
PITCH_MM, BAR_MM, GAP_MM = 1.2, 0.6, 0.6
QUIET_ZONE_MM, EDGE_DISTANCE_MM = 2.0, 10.0

_BARS = {
    "0": "144",
    "1": "114",
    "2": "132",
    "3": "312",
    "4": "123",
    "5": "141",
    "6": "321",
    "7": "213",
    "8": "231",
    "9": "411",
    "-": "414",
    "CC1": "324",
    "CC2": "342",
    "CC3": "234",
    "CC4": "432",
    "CC5": "243",
    "CC6": "423",
    "CC7": "441",
    "CC8": "111",
}
_SYMBOLS = tuple(_BARS)
_VALUES = {symbol: value for value, symbol in enumerate(_SYMBOLS)}
_START, _STOP = "13", "31"
_LENGTH = 20
_PAD = "CC4"

_POSTAL_CODE = re.compile(r"[0-9]{7}", re.ASCII)
# Full-width ASCII only: NFKC would also turn ① and Ⅴ, which are no digits or letters of an address number,
# into some.
_ASCII_OF_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FULL_WIDTH = re.compile("[！-～]")
_KANJI_DIGITS = {kanji: value for value, kanji in enumerate("〇一二三四五六七八九")}
_KANJI_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = "〇一二三四五六七八九十百千"
_KANJI_NUMBER = re.compile(rf"([{_NUMERAL}]+)(?=丁目|丁|番地|番|号|地割|線|の|ノ)")
# Where the address number begins: at a digit or letter, or at a kanji number that cannot be part of a
# town's name.
_FIRST_NUMBER = re.compile(
    rf"[A-Z]|[0-9]+(?![0-9条])|[{_NUMERAL}]+(?:丁目|番地|号|地割|線|(?:丁|番|の|ノ)(?=[{_NUMERAL}]))"
)
# A sign with which one may begin.
_MAYBE_NUMBER = re.compile(rf"[A-Z0-9{_NUMERAL}]")
_DROPPED = re.compile(r"[&/・.]")
_HYPHENS = re.compile(r"[‐‑‒–—―−ｰー]")
_FLOOR = re.compile(r"(?<=[0-9])F(?![A-Z])")
_LETTER_RUN = re.compile(r"[A-Z]{2,}")
_OTHER = re.compile(r"[^0-9A-Z-]+")
_HYPHEN_RUN = re.compile(r"-+")
_LETTER = re.compile(r"[A-Z]")
_DIGITS = re.compile(r"[0-9]+")
# Nothing of what steps 1–7 change but digits and what stands between them.
_DIGITS_ONLY = re.compile(rf"[^A-Z{_NUMERAL}&/・.！-～‐‑‒–—―−ｰー]*")
_LETTER_WITH_HYPHENS = re.compile(r"-?([A-Z])-?")


class CustomerBarcode(NamedTuple):
    """The twenty symbols, the check symbol and the 67 bars as digits 1–4, start and stop included."""

    symbols: tuple[str, ...]
    check: str
    bars: str


def customer_barcode(postal_code: str, address: str) -> CustomerBarcode | None:
    """The barcode of a postal code and an address, or nothing for a representative code (…00).

    `address` is the whole printed address from the prefecture to the building, or the part below the 町域;
    see `address_number`. An individual business postal code is encoded alone: give an empty address with
    it.

    :raises ValueError: the postal code is not seven ASCII digits.
    """
    if not _POSTAL_CODE.fullmatch(postal_code):
        raise ValueError("a postal code has seven digits")
    if is_representative(postal_code):
        return None
    symbols = [*postal_code, *_symbols_of(address_number(address))][:_LENGTH]
    symbols += [_PAD] * (_LENGTH - len(symbols))
    check = _SYMBOLS[-sum(map(_VALUES.__getitem__, symbols)) % 19]
    bars = "".join([_START, *map(_BARS.__getitem__, symbols), _BARS[check], _STOP])
    return CustomerBarcode(tuple(symbols), check, bars)


def address_number(address: str) -> str:
    """The digits, hyphens and single letters of an address, as they go into the code (steps 1–7).

    The rules speak of the text below the 町域 only. No table of towns is at hand, so everything in front of
    the first number is taken for the 町域: 八丁堀, 一番町, 三の丸 and 北6条 are towns, 四丁六番 and 南七線
    are numbers.
    """
    text = address
    if _FULL_WIDTH.search(text):
        text = text.translate(_ASCII_OF_FULL_WIDTH)
    text = text.upper()
    begin = _MAYBE_NUMBER.search(text)
    if begin and (first := _FIRST_NUMBER.search(text, begin.start())):
        text = text[first.start() :]
    if _DIGITS_ONLY.fullmatch(text):
        return "-".join(_DIGITS.findall(text))
    return _reduced(text)


def _reduced(text: str) -> str:
    """The number of an address from its first number on, step by step."""
    text = _KANJI_NUMBER.sub(lambda found: str(_kanji_value(found[1])), text)
    text = _DROPPED.sub("", _HYPHENS.sub("-", text))
    text = _FLOOR.sub("-", text)
    text = _OTHER.sub("-", _LETTER_RUN.sub("-", text))
    text = _HYPHEN_RUN.sub("-", text).strip("-")
    return _LETTER_WITH_HYPHENS.sub(r"\1", text) if _LETTER.search(text) else text


def _kanji_value(text: str) -> int:
    if not any(unit in text for unit in _KANJI_UNITS):
        return int("".join(str(_KANJI_DIGITS[digit]) for digit in text))
    total, digit = 0, 0
    for character in text:
        if character in _KANJI_UNITS:
            total, digit = total + (digit or 1) * _KANJI_UNITS[character], 0
        else:
            digit = _KANJI_DIGITS[character]
    return total + digit


def _symbols_of(text: str) -> list[str]:
    """Digits and hyphens stand for themselves; a letter takes two: CC1–CC3 and a digit."""
    if not _LETTER.search(text):
        return list(text)
    symbols: list[str] = []
    for character in text:
        if character in _BARS:
            symbols.append(character)
        else:
            group, place = divmod(ord(character) - ord("A"), 10)
            symbols += [f"CC{group + 1}", str(place)]
    return symbols
