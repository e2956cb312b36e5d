"""The face everything variable is set in: Noto Sans CJK JP, its glyphs, their widths, and the codes that name them.

Nearly every text is coded as CP932 has it, in one byte or two, in the font resource `S1`: short, and whole pages are coded in one
go. Any other text is coded by its own characters (two bytes of UTF-16) in the font resource `F1`. A kanji outside the basic plane, or one
with a variation selector, has a code of the private use area instead, which no name may hold: its place in the font's sorted
list of such signs, a resource `X0`, `X1`, … for each stretch of them. A text with signs of two stretches gets a resource `Y…`
of its own. So every text is shown in one piece, its signs never share a code, and all of it depends on the font alone.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import noto_cjk
import regex
import uharfbuzz

from japan.names import forbidden_in_name

if TYPE_CHECKING:
    from collections.abc import Iterable

FAMILY = "Noto Sans CJK JP"
PLAIN = "F1"
# The resource of the signs that CP932 knows, and the codec of their codes.
SHORT, SHORT_CODES = "S1", "cp932"
_BEYOND = 0x10000
# The private use area of the basic plane.
_PRIVATE, _STRETCH = 0xE000, 0x1900
_FIRST_SPECIAL = "\ufe00"
_CLUSTER = regex.compile(r"\X")
_KANA_WITH_MARKS = regex.compile(r"(?:[｡-ﾝ]ﾞ?ﾟ?|[ -~　])+")
# A voicing mark that does not follow a half-width kana.
_LOOSE_MARK = re.compile("(?<![｡-ﾝ])[ﾞﾟ]")
_BEFORE_MARK = frozenset(map(chr, range(ord("｡"), ord("ﾞ"))))
_SPECIAL = regex.compile("[\ufe00-\ufe0f\U00010000-\U0010ffff]")
_SIGN = regex.compile("(?s:.[\ufe00-\ufe0f\U000e0100-\U000e01ef]?)")
# Jamo join their neighbours into syllables.
_JAMO = regex.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")


def font_file(style: str) -> Path:
    """The font file of a style (`Regular`, `Bold`)."""
    return Path(noto_cjk.font_path("sans", "jp", style.lower()))


def clusters(text: str) -> list[str]:
    """The text as a reader's characters: base and variation selector, or a surrogate pair, stay together."""
    return _CLUSTER.findall(text)


def signs_of(text: str) -> Iterable[str]:
    """The text as what has one code each: characters, and kanji with their selector."""
    return _SIGN.findall(text) if has_specials(text) else text


def has_specials(text: str) -> bool:
    """Whether a text holds a sign that has no two-byte character of its own."""
    return bool(text) and max(text) >= _FIRST_SPECIAL and _SPECIAL.search(text) is not None


def mixed_in(text: str) -> str:
    """The special signs of a text that need a font resource of their own, put together in order; usually none."""
    if not has_specials(text):
        return ""
    signs = sorted({sign for sign in signs_of(text) if is_special(sign)})
    return "".join(signs) if face().resource(text)[0][0] == "Y" else ""


def has_loose_mark(text: str) -> bool:
    """Whether a voicing mark follows anything else than a half-width kana."""
    return any(not _BEFORE_MARK.issuperset(_ends_before(mark, text)) for mark in "ﾞﾟ" if mark in text)


def _ends_before(mark: str, text: str) -> set[str]:
    """What stands before each place of a mark; nothing at the beginning of the text."""
    return {part[-1:] for part in text.split(mark)[:-1]}


def _is_short(character: str) -> bool:
    try:
        return character.encode(SHORT_CODES).decode(SHORT_CODES) == character
    except UnicodeEncodeError:
        return False


def is_special(sign: str) -> bool:
    """Whether a sign has no two-byte character of its own."""
    return len(sign) > 1 or ord(sign) >= _BEYOND


class Face:
    """What the press needs to know of a font: which clusters it can draw, how wide they are in ems, and their glyphs."""

    def __init__(self, program: uharfbuzz.Face) -> None:
        font = uharfbuzz.Font(program)
        self._glyphs: dict[int, int] = {point: font.get_nominal_glyph(point) for point in program.unicodes}
        self._variants: dict[tuple[int, int], int] = {
            (base, selector): font.get_variation_glyph(base, selector)
            for selector in program.variation_selectors
            for base in program.variation_unicodes(selector)
        }
        self._advances: array[int] = array("H", map(font.get_glyph_h_advance, range(program.glyph_count)))
        self._units: int = program.upem
        self._widths: dict[str, float | None] = {}

    @cached_property
    def plain(self) -> frozenset[str]:
        """The characters that always stand for themselves: drawn, allowed, at most an em wide, joined to no other."""
        return frozenset(character for character in map(chr, self._glyphs) if self._is_plain(character))

    def _is_plain(self, character: str) -> bool:
        return not (
            unicodedata.category(character)[0] in "MC"
            or forbidden_in_name(character)
            or _JAMO.match(character)
            or len(clusters(f"永{character}永")) < 3
            or (self.width(character) or 2.0) > 1.0
        )

    @cached_property
    def _plain_widths(self) -> dict[str, int]:
        """The widths of the plain characters of the basic plane in thousandths of an em."""
        return {
            character: round(1000 * (self.width(character) or 0))
            for character in self.plain
            if ord(character) < _BEYOND
        }

    @cached_property
    def _kana_widths(self) -> dict[str, int]:
        return self._plain_widths | {mark: round(1000 * (self.width(mark) or 0)) for mark in "ﾞﾟ"}

    @cached_property
    def _basic(self) -> frozenset[str]:
        return frozenset(self._plain_widths)

    @cached_property
    def _with_marks(self) -> frozenset[str]:
        return frozenset(self._kana_widths)

    @cached_property
    def short(self) -> frozenset[str]:
        """The characters with a short code: plain ones and the marks of half-width kana, as far as CP932 gives them back."""
        return frozenset(filter(_is_short, self._with_marks))

    def is_plain(self, text: str) -> bool:
        """Whether every character of a text stands for itself and is coded by itself."""
        if self._basic.issuperset(text):
            return True
        return self._with_marks.issuperset(text) and not _LOOSE_MARK.search(text)

    def is_short(self, text: str) -> bool:
        """Whether every character of a text stands for itself and has a short code."""
        return self.short.issuperset(text) and not has_loose_mark(text)

    def plain_width(self, text: str) -> int | None:
        """The width of a text in thousandths of an em, if every character of it stands for itself; else nothing."""
        try:
            return sum(map(self._plain_widths.__getitem__, text))
        except KeyError:
            if _KANA_WITH_MARKS.fullmatch(text):
                return sum(map(self._kana_widths.__getitem__, text))
            return None

    def width(self, cluster: str) -> float | None:
        """The advance of a cluster in ems, or nothing if the face cannot draw it exactly."""
        if cluster not in self._widths:
            self._widths[cluster] = self._measure(cluster)
        return self._widths[cluster]

    def _measure(self, cluster: str) -> float | None:
        if len(cluster) > 1 and not self._is_variant(cluster):
            return self._half_width_kana(cluster)
        glyph = self._glyph_id(cluster)
        return None if glyph is None else self._advances[glyph] / self._units

    def _is_variant(self, cluster: str) -> bool:
        return len(cluster) == 2 and (ord(cluster[0]), ord(cluster[1])) in self._variants

    def _glyph_id(self, cluster: str) -> int | None:
        """The glyph of a character or of a kanji with its selector; a sequence may ask for the base's own glyph."""
        variant = self._variants.get((ord(cluster[0]), ord(cluster[1]))) if len(cluster) == 2 else None
        return self._glyphs.get(ord(cluster[0])) if variant is None else variant

    def _half_width_kana(self, cluster: str) -> float | None:
        """Half-width kana carry their voicing mark as a character of its own (ﾀﾞ); any other sequence is not drawn exactly."""
        widths = [self.width(character) for character in cluster if "｡" <= character <= "ﾟ"]
        if len(widths) < len(cluster) or None in widths:
            return None
        return sum(width for width in widths if width is not None)

    def uncovered(self, text: str) -> list[str]:
        """The clusters of a text this face cannot draw, once each."""
        return [cluster for cluster in dict.fromkeys(clusters(text)) if self.width(cluster) is None]

    @cached_property
    def _specials(self) -> dict[str, int]:
        return {sign: place for place, sign in enumerate(sorted(filter(is_special, self.all_signs())))}

    def coded(self, text: str) -> tuple[str, str]:
        """A drawable text as (font resource, codes in hexadecimal digits)."""
        if not has_specials(text):
            return PLAIN, text.encode("utf-16-be").hex()
        resource, codes = self.resource(text)
        characters = [codes.get(sign, sign) for sign in signs_of(text)]
        return resource, "".join(characters).encode("utf-16-be").hex()

    def resource(self, text: str) -> tuple[str, dict[str, str]]:
        """The font resource for the special signs of a text, and the character that codes each."""
        signs = sorted({sign for sign in signs_of(text) if is_special(sign)})
        places = [self._specials[sign] for sign in signs]
        stretches = {place // _STRETCH for place in places}
        if len(stretches) > 1:
            name = "Y" + ".".join("".join(f"{ord(part):x}" for part in sign) for sign in signs)
            places = list(range(len(signs)))
        else:
            name = f"X{stretches.pop()}"
        return name, {
            sign: chr(_PRIVATE + place % _STRETCH) for sign, place in zip(signs, places, strict=True)
        }

    def glyph(self, sign: str) -> int:
        """The glyph id of a sign.

        :raises KeyError: the face does not have it.
        """
        glyph = self._glyph_id(sign)
        if glyph is None:
            raise KeyError(" ".join(f"U+{ord(character):04X}" for character in sign))
        return glyph

    def all_signs(self) -> list[str]:
        """Every sign the face draws, in order."""
        variants = [chr(base) + chr(selector) for base, selector in self._variants]
        return sorted([*map(chr, self._glyphs), *variants])

    def glyph_width(self, glyph: int) -> int:
        """The advance of a glyph in thousandths of an em."""
        return round(self._advances[glyph] * 1000 / self._units)


@cache
def program_of(style: str) -> uharfbuzz.Face:
    """The font program of a style, opened once per process."""
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(font_file(style))))


@cache
def face(style: str = "Regular") -> Face:
    """The face of a style, read once per process."""
    return Face(program_of(style))
