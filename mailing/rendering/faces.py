"""The face everything variable is set in: Noto Sans CJK JP, its glyphs and their widths."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import noto_cjk
import regex
from fontTools.ttLib import TTFont

FAMILY = "Noto Sans CJK JP"
_CLUSTER = regex.compile(r"\X")


def font_file(style: str) -> Path:
    """The font file of a style (`Regular`, `Bold`)."""
    return Path(noto_cjk.font_path("sans", "jp", style.lower()))


def clusters(text: str) -> list[str]:
    """The text as a reader's characters: base and variation selector, or a surrogate pair, stay together."""
    return _CLUSTER.findall(text)


class Face:
    """What the press needs to know of a font: which clusters it can draw, and how wide they are in ems."""

    def __init__(self, path: Path) -> None:
        font = TTFont(path, lazy=True)
        self._glyphs: dict[int, str] = dict(font.getBestCmap())
        self._units: int = font["head"].unitsPerEm
        self._advances: dict[str, tuple[int, int]] = dict(font["hmtx"].metrics)
        self._variants = self._variation_sequences(font)
        font.close()
        self._widths: dict[str, float | None] = {}

    @staticmethod
    def _variation_sequences(font: Any) -> dict[tuple[int, int], str | None]:
        return {
            (base, selector): glyph
            for table in font["cmap"].tables
            if table.format == 14
            for selector, pairs in table.uvsDict.items()
            for base, glyph in pairs
        }

    def width(self, cluster: str) -> float | None:
        """The advance of a cluster in ems, or nothing if the face cannot draw it exactly."""
        if cluster not in self._widths:
            self._widths[cluster] = self._measure(cluster)
        return self._widths[cluster]

    def _measure(self, cluster: str) -> float | None:
        points = [ord(character) for character in cluster]
        glyph = self._glyphs.get(points[0])
        if len(points) == 2 and glyph and (points[0], points[1]) in self._variants:
            glyph = self._variants[points[0], points[1]] or glyph
        elif len(points) > 1:
            return self._half_width_kana(cluster)
        return self._advances[glyph][0] / self._units if glyph else None

    def _half_width_kana(self, cluster: str) -> float | None:
        """Half-width kana carry their voicing mark as a character of its own (ﾀﾞ); any other sequence is not drawn exactly."""
        widths = [self.width(character) for character in cluster if "｡" <= character <= "ﾟ"]
        if len(widths) < len(cluster) or None in widths:
            return None
        return sum(width for width in widths if width is not None)

    def uncovered(self, text: str) -> list[str]:
        """The clusters of a text this face cannot draw, once each."""
        return [cluster for cluster in dict.fromkeys(clusters(text)) if self.width(cluster) is None]


@cache
def face() -> Face:
    """The regular face, read once per process."""
    return Face(font_file("Regular"))
