"""The codes on the page: the 2D code of a sheet and of a card, and the customer barcode.

A QR code of one length, mode and mask is an affine function of its payload over GF(2): the picture of the payload "nothing"
XOR one fixed picture per bit of the payload. So it is looked up instead of being computed again for each sheet; the tables
come from segno, picture by picture.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import segno
from PIL import Image

if TYPE_CHECKING:
    from mailing.rendering.documents import Piece

# The post office's dimensions at 10 pt, in mm (domain.md §4.1): bars and gaps of 0.6, in three bands of 1.2.
BAR, PITCH = 0.6, 1.2
BARS = 67
BARCODE_WIDTH, BARCODE_HEIGHT = BARS * PITCH - (PITCH - BAR), 3.6
# Which bands each bar and the gap after it cover: 1 is long, 2 reaches up, 3 reaches down, 4 is the timing bar.
_BANDS = [
    str.maketrans({"1": one, "2": two, "3": three, "4": four})
    for one, two, three, four in (
        ("10", "10", "00", "00"),
        ("10", "10", "10", "10"),
        ("10", "00", "10", "00"),
    )
]

MASK = 3
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_IS_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+")


class Picture(NamedTuple):
    """A code as black and white samples: row by row from the top, each row filled up with white to whole bytes; 1 is dark."""

    width: int
    height: int
    samples: int

    @property
    def stride(self) -> int:
        """The bytes of a row."""
        return -(-self.width // 8)


def sheet_payload(piece: Piece, sheet: int, sheets: int) -> str:
    """`T1|piece_no|make_no|sheet/sheets|cards`."""
    return f"T1|{piece.piece_no}|{piece.make_no}|{sheet}/{sheets}|{piece.cards}"


def qr_picture(payload: str) -> Picture:
    """The QR code (level M, fixed mask) of a payload of printable ASCII, without its quiet zone of four modules."""
    alphanumeric = _IS_ALPHANUMERIC.fullmatch(payload) is not None
    size, samples, tables = _tables(len(payload), alphanumeric=alphanumeric)
    for table, value in zip(tables, _values(payload, alphanumeric=alphanumeric), strict=True):
        samples ^= table[value]
    return Picture(size, size, samples)


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
    rows = ["".join("1" if module else "0" for module in row) for row in code.matrix]
    size = len(rows)
    return size, int("".join(row.ljust(8 * -(-size // 8), "0") for row in rows), 2)


def bars_picture(bars: str) -> Picture:
    """The customer barcode: a sample is 0.6 mm wide and 1.2 mm high."""
    rows = [f"{bars.translate(band)[:-1]}000" for band in _BANDS]
    return Picture(2 * BARS - 1, len(rows), int("".join(rows), 2))


def picture_of(name: str, payload: str) -> Picture:
    """The picture of a code: `bars` are bars, everything else is a QR code."""
    return bars_picture(payload) if name == "bars" else qr_picture(payload)


def inline_image(picture: Picture) -> str:
    """PDF operators that paint the picture into the unit square."""
    digits = 2 * picture.stride * picture.height
    return (
        f"BI\n/W {picture.width}/H {picture.height}/BPC 1/CS/G/D[1 0]/F/AHx\n"
        f"ID\n{picture.samples:0{digits}x}>\nEI\n"
    )


def data_uri(picture: Picture) -> str:
    """The same as a PNG, for the layout engine."""
    rows = picture.samples.to_bytes(picture.stride * picture.height, "big")
    dark = bytes(255 - byte for byte in rows)
    written = BytesIO()
    Image.frombytes("1", (picture.width, picture.height), dark).save(written, "PNG")
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"
