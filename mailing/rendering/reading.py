"""Reading a finished file back, from its bytes alone: the texts, 2D codes and bars of every page.

It shares no code with what set the pages: glyphs are looked up in the embedded CMaps, codes are taken apart module by module.
"""

from __future__ import annotations

import io
import re
from functools import cache, reduce
from operator import itemgetter, xor
from typing import TYPE_CHECKING, NamedTuple

import pikepdf

from mailing.rendering.faces import PLAIN, face

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_QUIET, _MASKED = 4, 3
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_FINDER, _SECOND_FINDER = 7, 3
_ROW = 32
_MODULES = _ROW * _ROW
_CID = re.compile(rb"<([0-9A-F]{4})> (\d+)")
_CHARACTER = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_BAR_OF = {(b"0", b"3.6"): "1", (b"0", b"2.4"): "2", (b"1.2", b"2.4"): "3", (b"1.2", b"1.2"): "4"}
_PITCH = 12  # tenths of a mm


class Unreadable(ValueError):
    """The file does not show what its texts say, or holds what no press of ours wrote."""


class Reading(NamedTuple):
    """What a page says: its texts line by line, the payloads of its 2D codes, and its customer barcode ("" if none)."""

    texts: list[str]
    codes: list[str]
    bars: str


def read_pages(content: bytes) -> Iterator[Reading]:
    """What each page of a file says, in order.

    :raises Unreadable: a font draws another glyph than its text says, or a code cannot be taken apart.
    :raises pikepdf.PdfError: this is no PDF.
    """
    with pikepdf.open(io.BytesIO(content)) as pdf:
        fonts: dict[bytes, dict[str, str]] | None = None
        for page in pdf.pages:
            if fonts is None:
                fonts = _fonts(page.resources.Font)
            yield _reading(page.obj.Contents.read_bytes(), fonts)


def _reading(operators: bytes, fonts: dict[bytes, dict[str, str]]) -> Reading:
    drawn, _begin, written = operators.partition(b"\nBT\n")
    bars, codes_read = "", []
    for part in drawn.split(b" cm 0 g\n")[1:]:
        lines = part[: part.index(b"Q\n")].split(b"\n")
        if lines[0].endswith(b" f"):
            bars = _bars(lines[:-1])
        else:
            codes_read.append(_payload(lines))
    texts = []
    for line in written.split(b"\n"):
        start, shown, codes = line.partition(b" Tf <")
        if shown:
            font = start[start.rindex(b"/") + 1 : start.rindex(b" ")]
            said = bytes.fromhex(codes[: codes.index(b">")].decode()).decode("utf-16-be")
            # The codes of F1 were found to say their own characters.
            texts.append(said if font == b"F1" else "".join(map(fonts[font].__getitem__, said)))
    return Reading(texts, codes_read, bars)


def _fonts(resources: Any) -> dict[bytes, dict[str, str]]:
    """What the codes of each resource say, after checking that each shows the glyph of what it says."""
    names = [str(name)[1:] for name in resources]
    return {
        name.encode(): _checked(name, resources[f"/{name}"])
        for name in names
        if name[0] in "FXY" and name != "F0"
    }


def _after_ranges(cmap: Any) -> bytes:
    return bytes(cmap.read_bytes().partition(b"endcodespacerange")[2])


def _checked(name: str, font: Any) -> dict[str, str]:
    said = {
        chr(int(code, 16)): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in _CHARACTER.findall(_after_ranges(font.ToUnicode))
    }
    shown = {chr(int(code, 16)): int(cid) for code, cid in _CID.findall(_after_ranges(font.Encoding))}
    if name == PLAIN and any(code != text for code, text in said.items()):
        raise Unreadable(f"{name}: a code does not say its own character")
    wrong = [code for code, text in said.items() if shown.get(code) != face().glyph(text)]
    if wrong or len(said) != len(shown):
        raise Unreadable(f"{name}: {len(wrong)} codes show another glyph than they say")
    return said


class _Rectangles(dict[bytes, int]):
    """The modules a rectangle covers, by the operator that adds it; the highest of 32 × 32 bits is the top left module."""

    def __missing__(self, line: bytes) -> int:
        left, top, width, height, _operator = line.split()
        bits = 0
        for row in range(int(top), int(top) + int(height)):
            for column in range(int(left), int(left) + int(width)):
                bits |= 1 << (_MODULES - 1 - _ROW * (row - _QUIET) - (column - _QUIET))
        self[line] = bits
        return bits


_rectangles = _Rectangles()


def _payload(lines: list[bytes]) -> str:
    """The payload of a QR code of version 1 to 3, level M, mask 3, from the rectangles that make it (even-odd rule).

    :raises Unreadable: its data are neither alphanumeric nor bytes.
    """
    if lines[-2:] != [b"f*", b""]:
        raise Unreadable("a 2D code that is filled in another way")
    picture = reduce(xor, map(_rectangles.__getitem__, lines[:-2]))
    size = int(lines[_SECOND_FINDER].partition(b" ")[0]) + _FINDER - _QUIET
    corners, finders = _finders(size)
    if picture & corners != finders:
        raise Unreadable("a 2D code without its finders")
    take, mask = _data_modules(size)
    bits = "".join(take(f"{picture:0{_MODULES}b}"))
    stream = f"{int(bits, 2) ^ mask:0{len(bits)}b}"
    mode = stream[:4]
    if mode == "0100":
        length = int(stream[4:12], 2)
        return int(stream[12 : 12 + 8 * length], 2).to_bytes(length, "big").decode("latin-1")
    if mode == "0010":
        return _alphanumeric(stream)
    raise Unreadable("a 2D code of another kind")


def _alphanumeric(stream: str) -> str:
    length = int(stream[4:13], 2)
    place, made = 13, []
    for _pair in range(length // 2):
        first, second = divmod(int(stream[place : place + 11], 2), 45)
        made += [_ALPHANUMERIC[first], _ALPHANUMERIC[second]]
        place += 11
    if length % 2:
        made.append(_ALPHANUMERIC[int(stream[place : place + 6], 2)])
    return "".join(made)


@cache
def _data_modules(size: int) -> tuple[Any, int]:
    """How to take the data modules out of a picture in reading order, and the mask over them.

    Two columns at a time from the right, up and down in turn, around what is no data (ISO/IEC 18004 §7.7.3).
    """
    function = _function_modules(size)
    order: list[tuple[int, int]] = []
    upwards = True
    for right in (*range(size - 1, 7, -2), 5, 3, 1):
        rows = range(size - 1, -1, -1) if upwards else range(size)
        order += [
            (row, column) for row in rows for column in (right, right - 1) if (row, column) not in function
        ]
        upwards = not upwards
    mask = "".join("1" if (row + column) % _MASKED == 0 else "0" for row, column in order)
    return itemgetter(*(_ROW * row + column for row, column in order)), int(mask, 2)


@cache
def _finders(size: int) -> tuple[int, int]:
    """Where the finders of a code are, and what is dark there."""
    inside = "".join(f"{row:07b}" for row in (127, 65, 93, 93, 93, 65, 127))
    corners = finders = 0
    for top, left in ((0, 0), (0, size - _FINDER), (size - _FINDER, 0)):
        for place, dark in enumerate(inside):
            row, column = divmod(place, _FINDER)
            module = 1 << (_MODULES - 1 - _ROW * (top + row) - (left + column))
            corners |= module
            finders |= module if dark == "1" else 0
    return corners, finders


def _function_modules(size: int) -> set[tuple[int, int]]:
    """Finder, timing, format and alignment patterns of versions 1 to 6."""
    found = {(6, place) for place in range(size)} | {(place, 6) for place in range(size)}
    for top, left in ((0, 0), (0, size - 8), (size - 8, 0)):
        tall, wide = (9 if top == 0 else 8), (9 if left == 0 else 8)
        found |= {(top + row, left + column) for row in range(tall) for column in range(wide)}
    if size > 21:
        centre = size - 7
        found |= {(centre + row, centre + column) for row in range(-2, 3) for column in range(-2, 3)}
    return found


class _Bars(dict[bytes, tuple[int, str]]):
    """The place and the kind of a bar, by the operators that fill it."""

    def __missing__(self, line: bytes) -> tuple[int, str]:
        left, top, width, height, *operators = line.split()
        place, rest = divmod(round(float(left) * 10), _PITCH)
        if rest or (top, height) not in _BAR_OF or (width, operators) != (b"0.6", [b"re", b"f"]):
            raise Unreadable("a bar in the wrong place")
        self[line] = place, _BAR_OF[top, height]
        return self[line]


_bars_by_line = _Bars()


def _bars(lines: list[bytes]) -> str:
    found = list(map(_bars_by_line.__getitem__, lines))
    if [place for place, _bar in found] != list(range(len(found))):
        raise Unreadable("a bar in the wrong place")
    return "".join([bar for _place, bar in found])
