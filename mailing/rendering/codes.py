"""The codes on the page: the 2D code of a sheet and of a card, and the customer barcode.

A QR code of one length, mode and mask is an affine function of its payload over GF(2): the picture of the payload "nothing"
XOR one fixed picture per bit of the payload. So it is looked up instead of being computed again for each sheet; the tables
come from segno, picture by picture.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

import segno

if TYPE_CHECKING:
    from mailing.rendering.documents import Piece

# The post office's dimensions at 10 pt, in mm (domain.md §4.1).
BAR, PITCH = 0.6, 1.2
SPANS = {"1": (0.0, 3.6), "2": (0.0, 2.4), "3": (1.2, 3.6), "4": (1.2, 2.4)}
BARS = 67
BARCODE_WIDTH, BARCODE_HEIGHT = BARS * PITCH - (PITCH - BAR), 3.6

MASK, QUIET = 3, 4
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_FINDER = 7
_MOST_KEPT = 20_000
_RECTANGLE = re.compile(r"(\d+) (\d+) (\d+) (\d+) re")
_IS_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+")


def sheet_payload(piece: Piece, sheet: int, sheets: int) -> str:
    """`T1|piece_no|make_no|sheet/sheets|cards`."""
    return f"T1|{piece.piece_no}|{piece.make_no}|{sheet}/{sheets}|{piece.cards}"


def modules_of(payload: str) -> tuple[int, int]:
    """The QR code (level M, fixed mask) of a payload of printable ASCII: its size, and its modules row by row as one number.

    The first module is the highest bit.
    """
    alphanumeric = _IS_ALPHANUMERIC.fullmatch(payload) is not None
    size, nothing, tables = _tables(len(payload), alphanumeric=alphanumeric)
    picture = nothing
    for table, value in zip(tables, _values(payload, alphanumeric=alphanumeric), strict=True):
        picture ^= table[value]
    return size, picture


def _values(payload: str, *, alphanumeric: bool) -> list[int]:
    if not alphanumeric:
        return list(payload.encode("ascii"))
    places = [_ALPHANUMERIC.index(character) for character in payload]
    pairs = [45 * first + second for first, second in zip(places[::2], places[1::2], strict=False)]
    return pairs + places[2 * len(pairs) :]


@cache
def _tables(length: int, *, alphanumeric: bool) -> tuple[int, int, list[list[int]]]:
    """Size, the picture of all-zero data, and per value of the payload the picture of each of its values."""
    zero = "0" if alphanumeric else "\0"
    size, nothing = _drawn(zero * length, alphanumeric=alphanumeric)
    tables = []
    step = 2 if alphanumeric else 1
    for start in range(0, length, step):
        wide = min(step, length - start)
        bits = 8 if not alphanumeric else (6 if wide == 1 else 11)
        basis = []
        for bit in range(bits):
            sign = _sign(1 << bit, wide) if alphanumeric else chr(1 << bit)
            text = zero * start + sign + zero * (length - start - wide)
            basis.append(_drawn(text, alphanumeric=alphanumeric)[1] ^ nothing)
        table = [0]
        for picture in basis:
            table += [picture ^ other for other in table]
        tables.append(table)
    return size, nothing, tables


def _sign(value: int, wide: int) -> str:
    return _ALPHANUMERIC[value] if wide == 1 else _ALPHANUMERIC[value // 45] + _ALPHANUMERIC[value % 45]


def _drawn(text: str, *, alphanumeric: bool) -> tuple[int, int]:
    mode = "alphanumeric" if alphanumeric else "byte"
    content = text if alphanumeric else text.encode("latin-1")
    code = segno.make_qr(content, error="m", mask=MASK, boost_error=False, mode=mode)
    rows = [list(row) for row in code.matrix]
    return len(rows), int("".join("1" if module else "0" for row in rows for module in row), 2)


def qr_path(payload: str) -> tuple[int, str]:
    """The QR code's size with its quiet zone, and PDF operators of its dark parts, in modules from the top left.

    Filled by the even-odd rule: a finder is three squares in each other, everything else is runs of modules in a row.
    """
    size, picture = modules_of(payload)
    paths = _row_paths(size)
    mask = (1 << size) - 1
    rows = [paths[row][(picture >> shift) & mask] for row, shift in _shifts(size)]
    return size + 2 * QUIET, f"{_finders(size)}{''.join(rows)}"


@cache
def _shifts(size: int) -> tuple[tuple[int, int], ...]:
    return tuple((row, size * (size - 1 - row)) for row in range(size))


@cache
def _finders(size: int) -> str:
    corners = ((QUIET, QUIET), (QUIET + size - _FINDER, QUIET), (QUIET, QUIET + size - _FINDER))
    return "".join(
        f"{left + inset} {top + inset} {_FINDER - 2 * inset} {_FINDER - 2 * inset} re\n"
        for left, top in corners
        for inset in range(3)
    )


class _RowPaths(dict[int, str]):
    """The runs of one row by its modules: most of a payload is the same from sheet to sheet, and so are its rows."""

    def __init__(self, size: int, row: int) -> None:
        super().__init__()
        self.size, self.row = size, row

    def __missing__(self, bits: int) -> str:
        made = []
        column = 0
        for dark, modules in groupby(f"{bits:0{self.size}b}"):
            length = len(list(modules))
            if dark == "1" and not self._in_finder(column):
                made.append(f"{column + QUIET} {self.row + QUIET} {length} 1 re\n")
            column += length
        path = "".join(made)
        if len(self) < _MOST_KEPT:
            self[bits] = path
        return path

    def _in_finder(self, column: int) -> bool:
        above, below = self.row < _FINDER, self.row >= self.size - _FINDER
        left, right = column < _FINDER, column >= self.size - _FINDER
        return (above and (left or right)) or (below and left)


@cache
def _row_paths(size: int) -> list[_RowPaths]:
    return [_RowPaths(size, row) for row in range(size)]


def qr_svg(payload: str) -> str:
    """The same as an inline SVG without size."""
    size, path = qr_path(payload)
    drawn = _RECTANGLE.sub(r"M\1 \2h\3v\4h-\3z", path).replace("\n", "")
    view = f'viewBox="0 0 {size} {size}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {view}><path fill-rule="evenodd" d="{drawn}"/></svg>'


def bar_path(bars: str) -> str:
    """PDF operators that fill the bars of a customer barcode, in mm from its top left; each bar is filled on its own."""
    return "".join([_bar(place, bar) for place, bar in enumerate(bars)])


@cache
def _bar(place: int, bar: str) -> str:
    top, bottom = SPANS[bar]
    return f"{place * PITCH:.4g} {top:g} {BAR} {bottom - top:.2g} re f\n"


def barcode_svg(bars: str) -> str:
    """The same as an inline SVG of its exact size in mm; each bar is a rectangle of its own."""
    rects = []
    for place, bar in enumerate(bars):
        top, bottom = SPANS[bar]
        rects.append(f'<rect x="{place * PITCH:.1f}" y="{top}" width="{BAR}" height="{bottom - top:.1f}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{BARCODE_WIDTH:.1f}mm" height="{BARCODE_HEIGHT}mm" '
        f'viewBox="0 0 {BARCODE_WIDTH:.1f} {BARCODE_HEIGHT}">{"".join(rects)}</svg>'
    )
