"""The fonts of a file: one subset per face with the font's own glyph ids, and the resources that draw from it.

The face is CID-keyed with CIDs equal to its glyph ids, so a subset that keeps the ids serves the art (coded by glyph id) and
the texts (coded by character, through an embedded CMap) alike. A resource's ToUnicode gives back exactly what was set.
"""

from __future__ import annotations

import struct
from functools import cache, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

import uharfbuzz

from mailing.rendering.art import BOLD, REGULAR
from mailing.rendering.faces import PLAIN, SHORT, SHORT_CODES, face, is_special, program_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mailing.rendering.pdf_file import PdfFile

_STYLES = {REGULAR: "Regular", BOLD: "Bold"}
_ENTRIES = 100  # a CMap lists at most a hundred entries at a time
# Tables for laying text out; what is drawn needs none of them.
_NOT_NEEDED = ("BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "name", "vhea", "vmtx")
_KANGXI = range(0x2E80, 0x2FE0)


def add_fonts(file: PdfFile, *, signs: set[str], mixed: set[str], art: Mapping[str, set[int]]) -> str:
    """Write the fonts for these signs and these glyphs of the art; the `/Font` resources that name them.

    `mixed` are the texts whose special signs need a resource of their own.

    The same signs and glyphs give the same bytes.
    """
    glyphs = {sign: face().glyph(sign) for sign in signs}
    drawn = {REGULAR: set(glyphs.values()) | art[REGULAR], BOLD: art[BOLD]}
    fonts: dict[str, int] = {}
    for resource, style in _STYLES.items():
        if not drawn[resource]:
            continue
        descendant = _descendant(file, style, drawn[resource])
        texts = {glyph.to_bytes(2, "big"): _art_text(style).get(glyph, "") for glyph in art[resource]}
        said = _to_unicode(texts, _TWO_BYTES)
        fonts[resource] = _composite(file, style, descendant, "/Identity-H", said)
        if resource == REGULAR:
            fonts |= _of_signs(file, glyphs, mixed, descendant)
    return " ".join(f"/{resource} {number} 0 R" for resource, number in sorted(fonts.items()))


def _of_signs(file: PdfFile, glyphs: Mapping[str, int], mixed: set[str], descendant: int) -> dict[str, int]:
    """The resources of the texts, all of one descendant: that of the short codes, and those of two bytes, each of which codes the
    plain characters and its own special signs."""
    plain = {sign: sign for sign in glyphs if not is_special(sign)}
    codes: dict[str, dict[str, str]] = {PLAIN: {}} if plain else {}
    for text in sorted(mixed | {sign for sign in glyphs if is_special(sign)}):
        resource, own = face().resource(text)
        codes.setdefault(resource, {}).update(own)
    made = {}
    for resource, own in sorted(codes.items()):
        said = {code.encode("utf-16-be"): sign for sign, code in (plain | own).items()}
        made[resource] = _coded(file, said, _TWO_BYTES, glyphs, descendant)
    if short := {sign.encode(SHORT_CODES): sign for sign in glyphs if sign in face().short}:
        made[SHORT] = _coded(file, short, _ONE_OR_TWO, glyphs, descendant)
    return made


def _coded(
    file: PdfFile,
    said: Mapping[bytes, str],
    ranges: Sequence[str],
    glyphs: Mapping[str, int],
    descendant: int,
) -> int:
    """A font whose codes, in these ranges, say these signs and show their glyphs."""
    encoding = _encoding({code: glyphs[sign] for code, sign in said.items()}, ranges)
    number = file.stream(encoding, f"/Type/CMap/CMapName/{_CMAP}{_SYSTEM}")
    return _composite(file, "Regular", descendant, f"{number} 0 R", _to_unicode(said, ranges))


_CMAP = "Todoke-H"
_SYSTEM = "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"


def _composite(file: PdfFile, style: str, descendant: int, encoding: str, to_unicode: bytes) -> int:
    return file.add(
        f"<</Type/Font/Subtype/Type0/BaseFont/{_name(style)}/Encoding {encoding}"
        f"/DescendantFonts[{descendant} 0 R]/ToUnicode {file.stream(to_unicode)} 0 R>>"
    )


def _name(style: str) -> str:
    return f"TODOKE+NotoSansCJKjp-{style}"


def _descendant(file: PdfFile, style: str, glyphs: set[int]) -> int:
    subset = _subset_of_art if style == _STYLES[BOLD] else _subset
    program = file.stream(subset(style, frozenset(glyphs)), "/Subtype/OpenType")
    bounds = _bounds(style)
    descriptor = file.add(
        f"<</Type/FontDescriptor/FontName/{_name(style)}/Flags 4/FontBBox[{' '.join(map(str, bounds))}]"
        f"/ItalicAngle 0/Ascent {bounds[3]}/Descent {bounds[1]}/CapHeight {bounds[3]}/StemV 80"
        f"/FontFile3 {program} 0 R>>"
    )
    return file.add(
        f"<</Type/Font/Subtype/CIDFontType0/BaseFont/{_name(style)}{_SYSTEM}"
        f"/FontDescriptor {descriptor} 0 R/DW 1000/W[{_widths(style, glyphs)}]>>"
    )


def _widths(style: str, glyphs: set[int]) -> str:
    """The widths that are not an em, run by run."""
    odd = [glyph for glyph in sorted(glyphs) if face(style).glyph_width(glyph) != 1000]
    runs = groupby(enumerate(odd), key=lambda item: item[1] - item[0])
    made = []
    for _offset, run in runs:
        ids = [glyph for _place, glyph in run]
        made.append(f"{ids[0]}[{' '.join(str(face(style).glyph_width(glyph)) for glyph in ids)}]")
    return "".join(made)


@cache
def _bounds(style: str) -> tuple[int, ...]:
    """The box around every glyph of the face, from its head table."""
    return struct.unpack_from(">4h", program_of(style).reference_table("head").data, 36)


def _subset(style: str, glyphs: frozenset[int]) -> bytes:
    """The face's outlines of these glyphs (and .notdef), under the ids they have in the whole font, without hints."""
    wanted = uharfbuzz.SubsetInput()
    wanted.sets(uharfbuzz.SubsetInputSets.GLYPH_INDEX).update(glyphs)
    wanted.flags = (
        uharfbuzz.SubsetFlags.RETAIN_GIDS
        | uharfbuzz.SubsetFlags.NO_HINTING
        | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
    )
    wanted.sets(uharfbuzz.SubsetInputSets.DROP_TABLE_TAG).update(
        int.from_bytes(table.encode(), "big") for table in _NOT_NEEDED
    )
    return bytes(wanted.subset(program_of(style)).blob.data)


# Nothing but art is bold, and file after file has the same art.
_subset_of_art = lru_cache(maxsize=4)(_subset)


@cache
def _art_text(style: str) -> dict[int, str]:
    """What the art's glyphs say: the first character of each glyph that is no mere radical."""
    found: dict[int, str] = {}
    for sign in face(style).all_signs():
        if len(sign) == 1 and ord(sign) not in _KANGXI:
            found.setdefault(face(style).glyph(sign), sign)
    return found


_BEGIN = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering ({ordering}) /Supplement 0 >> def
/CMapName /{name} def
/CMapType {type} def
"""
_END = "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
# From these ranges a reader knows how long each code is. Short codes of ASCII and half-width kana take one byte.
_TWO_BYTES = ("<0000> <FFFF>",)
_ONE_OR_TWO = ("<00> <80>", "<8140> <9FFC>", "<A0> <DF>", "<E040> <FCFC>")


def _encoding(codes: Mapping[bytes, int], ranges: Sequence[str]) -> bytes:
    begin = _BEGIN.format(ordering="Identity", name=_CMAP, type=1)
    entries = [f"<{code.hex().upper()}> {glyph}" for code, glyph in sorted(codes.items())]
    return (begin + _listed("codespacerange", ranges) + _listed("cidchar", entries) + _END).encode()


def _to_unicode(texts: Mapping[bytes, str], ranges: Sequence[str]) -> bytes:
    begin = _BEGIN.format(ordering="UCS", name="Adobe-Identity-UCS", type=2)
    entries = [
        f"<{code.hex().upper()}> <{text.encode('utf-16-be').hex().upper()}>"
        for code, text in sorted(texts.items())
        if text
    ]
    return (begin + _listed("codespacerange", ranges) + _listed("bfchar", entries) + _END).encode()


def _listed(kind: str, entries: Sequence[str]) -> str:
    parts = [entries[start : start + _ENTRIES] for start in range(0, len(entries), _ENTRIES)]
    return "".join(f"{len(part)} begin{kind}\n" + "\n".join(part) + f"\nend{kind}\n" for part in parts)
