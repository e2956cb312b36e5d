"""Reading a finished file back: the piece number printed on each envelope's first page is the one the tables say
(design §4.5). What cannot be read counts as wrong."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pikepdf

from japan.piece_number import grouped

if TYPE_CHECKING:
    from collections.abc import Iterable

_PAIR = re.compile(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>")
_SHOWN = re.compile(rb"/([^\s/]+)\s+[-\d.]+\s+Tf|\[([^\]]*)\]\s*TJ|<([0-9a-fA-F]*)>\s*Tj")
_HEX = re.compile(rb"<([0-9a-fA-F]*)>")

Glyphs = dict[bytes, str]


def misprinted(content: bytes, envelopes: Iterable[tuple[str, int]]) -> list[str]:
    """The piece numbers, of (piece_no, first page) pairs, that do not stand on their first page; in order."""
    fonts: dict[tuple[int, int], Glyphs] = {}
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [
            piece_no
            for piece_no, first_page in envelopes
            if first_page > len(pdf.pages)
            or grouped(piece_no) not in page_text(pdf.pages[first_page - 1], fonts)
        ]


def page_text(page: pikepdf.Page, fonts: dict[tuple[int, int], Glyphs]) -> str:
    """The text a page shows, in the order in which it is drawn; `fonts` keeps what was read for the next page."""
    page.contents_coalesce()
    known = {name: _glyphs(font, fonts) for name, font in page.resources.get("/Font", {}).items()}
    glyphs: Glyphs = {}
    shown: list[str] = []
    for font, array, string in _SHOWN.findall(page.obj.Contents.read_bytes()):
        if font:
            glyphs = known.get("/" + font.decode("latin-1"), {})
        else:
            codes = b"".join(_HEX.findall(array)) + string
            shown.extend(glyphs.get(codes[at : at + 4].lower(), "") for at in range(0, len(codes), 4))
    return "".join(shown)


def _glyphs(font: Any, fonts: dict[tuple[int, int], Glyphs]) -> Glyphs:
    if font.objgen not in fonts:
        cmap = font.ToUnicode.read_bytes() if "/ToUnicode" in font else b""
        fonts[font.objgen] = {
            code.lower(): bytes.fromhex(text.decode()).decode("utf-16-be")
            for code, text in _PAIR.findall(cmap)
        }
    return fonts[font.objgen]
