"""The codes on the page: the 2D code of a sheet and of a card, and the customer barcode.

A QR code of one length, mode and mask is an affine function of its payload over GF(2): the picture of the payload "nothing"
XOR one fixed picture per bit of the payload. So it is looked up instead of being computed again for each sheet; the tables
come from segno, picture by picture.
"""

from __future__ import annotations

import base64
import struct
from functools import cache
from io import BytesIO
from itertools import chain, repeat
from operator import contains, xor
from typing import TYPE_CHECKING, NamedTuple

import segno
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mailing.rendering.documents import Piece

# The post office's dimensions at 10 pt, in mm (domain.md §4.1): bars and gaps of 0.6, in three bands of 1.2.
BAR, PITCH = 0.6, 1.2
BARS = 67
BARCODE_WIDTH, BARCODE_HEIGHT = BARS * PITCH - (PITCH - BAR), 3.6
# The same in samples.
BARS_WIDE, BARS_HIGH = 2 * BARS - 1, 3
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
# Payloads are looked up so many characters at a time.
_WORD = 4
_FIELD_END = "|"
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
    tables = tables_of([payload])
    [samples] = tables.samples_of([payload])
    return Picture(tables.size, tables.size, samples)


class _Part(dict[int, int]):
    """The part of a picture that some characters of the payload make at their place, worked out when it is first asked for.

    It is asked for by the characters' codes, put together into a number.
    """

    def __init__(self, nothing: int, wide: int, bits: list[list[int]], *, alphanumeric: bool) -> None:
        super().__init__()
        self._nothing = nothing
        self._wide = wide
        self._bits = bits
        self._alphanumeric = alphanumeric

    def __missing__(self, word: int) -> int:
        text = word.to_bytes(_WORD, "little")[: self._wide].decode("ascii")
        samples = self._nothing
        for value, pictures in zip(_values(text, alphanumeric=self._alphanumeric), self._bits, strict=True):
            for bit, picture in enumerate(pictures):
                if value >> bit & 1:
                    samples ^= picture
        if len(self) < _MOST_KEPT:
            self[word] = samples
        return samples


class OfTwoModes(ValueError):
    """These payloads have no tables in common."""


class Tables:
    """What the code of every payload of one length is put together from."""

    def __init__(self, length: int, *, alphanumeric: bool) -> None:
        zero = "0" if alphanumeric else "\0"
        self.size, self._nothing = _drawn(zero * length, alphanumeric=alphanumeric)
        bits = self._bits_of(zero, length, alphanumeric=alphanumeric)
        values = _WORD // 2 if alphanumeric else _WORD
        self._filling = "\0" * (-length % _WORD)
        self._parts = [
            _Part(
                0 if start else self._nothing,
                min(_WORD, length - start),
                bits[start // _WORD * values :][:values],
                alphanumeric=alphanumeric,
            )
            for start in range(0, length, _WORD)
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

    def samples_of(self, payloads: Sequence[str]) -> list[int]:
        """The samples of the codes of these payloads. Part by part, for all of them at once: so the loop is not ours."""
        codes = (self._filling.join(payloads) + self._filling).encode("ascii")
        words = struct.unpack(f"<{len(codes) // _WORD}I", codes)
        found = [map(part.__getitem__, words[at :: len(self._parts)]) for at, part in enumerate(self._parts)]
        samples: Iterable[int] = found[0]
        for others in found[1:]:
            samples = map(xor, samples, others)
        return list(samples)


def tables_of(payloads: Sequence[str]) -> Tables:
    """The tables for payloads of one length.

    :raises OfTwoModes: some are alphanumeric and others are not.
    """
    others = "".join(payloads).encode("ascii").translate(None, _ALPHANUMERIC_BYTES)
    if others and len(payloads) > 1 and not all(map(contains, payloads, repeat(_FIELD_END))):
        raise OfTwoModes
    return _tables(len(payloads[0]), alphanumeric=not others)


@cache
def _tables(length: int, *, alphanumeric: bool) -> Tables:
    return Tables(length, alphanumeric=alphanumeric)


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
    [bands] = bars_digits([bars])
    return Picture(BARS_WIDE, BARS_HIGH, int(b"".join(bands), 16))


def bars_digits(many: Sequence[str]) -> Iterator[tuple[bytes, ...]]:
    """The samples of bars of one number as hexadecimal digits, each band by itself."""
    filling = "0" * (len(many[0]) % 2)
    each = (filling.join(many) + filling).encode("ascii")
    first = int.from_bytes(each[::2].translate(_FIRST), "big")
    second = int.from_bytes(each[1::2].translate(_SECOND), "big")
    together = (first + second).to_bytes(len(each) // 2, "big")
    cut = struct.Struct(f"{len(together) // len(many)}s").iter_unpack
    bands = [chain.from_iterable(cut(together.translate(digits))) for digits in _DIGITS]
    return zip(*bands, strict=True)


def picture_of(name: str, payload: str) -> Picture:
    """The picture of a code: `bars` are bars, everything else is a QR code."""
    return bars_picture(payload) if name == "bars" else qr_picture(payload)


def data_uri(picture: Picture) -> str:
    """The same as a PNG, for the layout engine."""
    rows = picture.samples.to_bytes(picture.stride * picture.height, "big")
    dark = bytes(255 - byte for byte in rows)
    written = BytesIO()
    Image.frombytes("1", (picture.width, picture.height), dark).save(written, "PNG")
    return f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"
