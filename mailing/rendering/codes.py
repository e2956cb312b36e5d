"""The codes on the page: the 2D code of a sheet and of a card, and the customer barcode.

A QR code of one length, mode and mask is an affine function of its payload over GF(2): the picture of the payload "nothing"
XOR one fixed picture per bit of the payload. So it is looked up instead of being computed again for each sheet; the tables
come from segno, picture by picture.
"""

from __future__ import annotations

import base64
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import segno
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailing.rendering.documents import Piece

# The post office's dimensions at 10 pt, in mm (domain.md §4.1): bars and gaps of 0.6, in three bands of 1.2.
BAR, PITCH = 0.6, 1.2
BARS = 67
BARCODE_WIDTH, BARCODE_HEIGHT = BARS * PITCH - (PITCH - BAR), 3.6
# Two bars, each with the gap after it, are one hexadecimal digit in each band. 1 is long, 2 reaches up, 3 reaches down, 4 is the
# timing bar; 0 is no bar.
_UP, _DOWN = {"1", "2"}, {"1", "3"}
_FIRST = bytes.maketrans(b"01234", bytes([0, 5, 10, 15, 20]))
_SECOND = bytes.maketrans(b"01234", bytes([0, 1, 2, 3, 4]))
_DIGITS = [
    bytes(
        ord(f"{8 * (str(pair // 5) in band) + 2 * (str(pair % 5) in band):x}") if pair < 25 else 0
        for pair in range(256)
    )
    for band in (_UP, {"1", "2", "3", "4"}, _DOWN)
]

MASK = 3
_MOST_KEPT = 10_000
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_ALPHANUMERIC_BYTES = _ALPHANUMERIC.encode("ascii")


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
    tables = _tables_of(payload)
    return Picture(tables.size, tables.size, tables.samples_of(payload))


class _Part(dict[str, int]):
    """The part of a picture that some characters of the payload make at their place, worked out when it is first asked for."""

    def __init__(self, start: int, bits: list[list[int]], *, alphanumeric: bool) -> None:
        super().__init__()
        self.start = start
        self._bits = bits
        self._alphanumeric = alphanumeric

    def __missing__(self, text: str) -> int:
        samples = 0
        for value, pictures in zip(_values(text, alphanumeric=self._alphanumeric), self._bits, strict=True):
            for bit, picture in enumerate(pictures):
                if value >> bit & 1:
                    samples ^= picture
        if len(self) < _MOST_KEPT:
            self[text] = samples
        return samples


class _Tables:
    """What the code of every payload of one length is put together from."""

    def __init__(self, length: int, *, alphanumeric: bool) -> None:
        zero = "0" if alphanumeric else "\0"
        self.size, self._nothing = _drawn(zero * length, alphanumeric=alphanumeric)
        bits = self._bits_of(zero, length, alphanumeric=alphanumeric)
        wide, together = (2, 2) if alphanumeric else (1, 4)
        step = wide * together
        self.form = _form_of(self.size, self.size)
        self._parts = [
            (start, start + step, _Part(start, bits[start // wide :][:together], alphanumeric=alphanumeric))
            for start in range(0, length, step)
        ]

    def _bits_of(self, zero: str, length: int, *, alphanumeric: bool) -> list[list[int]]:
        """Per value of the payload the picture of each of its bits, the lowest first."""
        made = []
        step = 2 if alphanumeric else 1
        for start in range(0, length, step):
            wide = min(step, length - start)
            bits = 8 if not alphanumeric else (6 if wide == 1 else 11)
            signs = [_sign(1 << bit, wide) if alphanumeric else chr(1 << bit) for bit in range(bits)]
            texts = [zero * start + sign + zero * (length - start - wide) for sign in signs]
            made.append([_drawn(text, alphanumeric=alphanumeric)[1] ^ self._nothing for text in texts])
        return made

    def samples_of(self, payload: str) -> int:
        """The samples of the code."""
        samples = self._nothing
        for start, end, part in self._parts:
            samples ^= part[payload[start:end]]
        return samples


def _tables_of(payload: str) -> _Tables:
    others = payload.encode("ascii").translate(None, _ALPHANUMERIC_BYTES)
    return _tables(len(payload), alphanumeric=not others)


@cache
def _tables(length: int, *, alphanumeric: bool) -> _Tables:
    return _Tables(length, alphanumeric=alphanumeric)


def _values(payload: str, *, alphanumeric: bool) -> list[int]:
    if not alphanumeric:
        return list(payload.encode("ascii"))
    places = [_ALPHANUMERIC.index(character) for character in payload]
    pairs = [45 * first + second for first, second in zip(places[::2], places[1::2], strict=False)]
    return pairs + places[2 * len(pairs) :]


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
    return Picture(2 * BARS - 1, len(_DIGITS), int(_bars_digits(bars), 16))


def _bars_digits(bars: str) -> bytes:
    """The samples of the bars as hexadecimal digits, band by band."""
    each = bars.encode("ascii")
    pairs = len(each[1::2]) + 1
    first = int.from_bytes(each[::2].translate(_FIRST), "big")
    second = int.from_bytes(each[1::2].translate(_SECOND) + b"\0", "big")
    together = (first + second).to_bytes(pairs, "big")
    return b"".join([together.translate(digits) for digits in _DIGITS])


def picture_of(name: str, payload: str) -> Picture:
    """The picture of a code: `bars` are bars, everything else is a QR code."""
    return bars_picture(payload) if name == "bars" else qr_picture(payload)


def painter_of(name: str) -> Callable[[str], bytes]:
    """What turns the payload of a code of this name into the PDF operators that paint it into the unit square.

    An empty payload paints nothing.
    """
    return bars_operators if name == "bars" else qr_operators


def bars_operators(bars: str) -> bytes:
    """PDF operators that paint the customer barcode into the unit square; none for no bars."""
    return _image_of(2 * BARS - 1, len(_DIGITS)) % _bars_digits(bars) if bars else b""


def qr_operators(payload: str) -> bytes:
    """PDF operators that paint a QR code into the unit square; none for an empty payload."""
    if not payload:
        return b""
    tables = _tables_of(payload)
    return tables.form % tables.samples_of(payload)


def inline_image(picture: Picture) -> bytes:
    """PDF operators that paint the picture into the unit square."""
    return _form_of(picture.width, picture.height) % picture.samples


@cache
def _form_of(width: int, height: int) -> bytes:
    """The operators with a place for the samples as a number."""
    digits = 2 * -(-width // 8) * height
    return _image_of(width, height) % (b"%%0%dx" % digits)


@cache
def _image_of(width: int, height: int) -> bytes:
    """The operators with a place for the samples as hexadecimal digits."""
    return b"BI\n/W %d/H %d/BPC 1/CS/G/D[1 0]/F/AHx\nID\n%%s>\nEI\n" % (width, height)


def data_uri(picture: Picture) -> str:
    """The same as a PNG, for the layout engine."""
    rows = picture.samples.to_bytes(picture.stride * picture.height, "big")
    dark = bytes(255 - byte for byte in rows)
    written = BytesIO()
    Image.frombytes("1", (picture.width, picture.height), dark).save(written, "PNG")
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"
