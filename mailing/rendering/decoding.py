"""Taking codes apart: the payloads of many 2D codes, and the bars of many customer barcodes, from their samples alone.

Codes of one size are taken apart together. Their samples are read column by column: the same byte of every code at once, so that a
table says for the bytes of a whole column what they have of a byte of the payloads.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import TYPE_CHECKING

from mailing.rendering.opening import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MASKED = 3
# The bits of data in a code of this many modules a side; behind them stand those that correct errors.
_DATA_BITS = {21: 128, 25: 224, 29: 352}
_BYTES, _PAIRS = 0b0100, 0b0010
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_PAIR_OF = [f"{first}{second}" for first in _ALPHANUMERIC for second in _ALPHANUMERIC]
_BANDS = 3
_GAPS = bytes(1 if value & 0b01010101 else 0 for value in range(256))
# Of each of the four bars in a byte of a band: whether the band is dark there, as a bit of its own for each band.
_COVERED = [
    [bytes((value >> bit & 1) << (_BANDS - 1 - band) for value in range(256)) for band in range(_BANDS)]
    for bit in (7, 5, 3, 1)
]
_BAR_OF = bytes.maketrans(bytes([0b111, 0b110, 0b011, 0b010, 0b000, 0b100, 0b001, 0b101]), b"1234 ???")
_NO_BAR = " "
# Which bits of the data make one byte, the lowest last.
Field = tuple[int, ...]


def payloads(size: int, codes: Sequence[bytes]) -> list[str]:
    """The payloads of QR codes of version 1 to 3, level M, mask 3, of so many modules a side: there the data stand in one piece.

    :raises Unreadable: one of them is no such code, its finders are not there, or its data are neither alphanumeric nor bytes.
    """
    if size not in _DATA_BITS or {len(code) for code in codes} != {_stride(size) * size}:
        raise Unreadable("a picture that is no 2D code")
    found = _Codes(size, codes)
    found.check_finders()
    heads = list(zip(found.field(range(8)), found.field(range(8, 13)), strict=True))
    if len(set(heads)) == 1:
        return found.payloads(*heads[0])
    said = [""] * len(codes)
    for head in set(heads):
        places = [place for place, other in enumerate(heads) if other == head]
        of_head = _Codes(size, [codes[place] for place in places]).payloads(*head)
        for place, payload in zip(places, of_head, strict=True):
            said[place] = payload
    return said


class _Codes:
    """Codes of one size, column by column."""

    def __init__(self, size: int, codes: Sequence[bytes]) -> None:
        self._size = size
        self._count = len(codes)
        whole = b"".join(codes)
        length = _stride(size) * size
        self._columns = [whole[start::length] for start in range(length)]

    def check_finders(self) -> None:
        """:raises Unreadable: a corner of a code does not look as it has to."""
        for place, (kept, wanted) in _finders(self._size).items():
            if self._columns[place].translate(kept).count(wanted) != self._count:
                raise Unreadable("a 2D code without its finders")

    def field(self, bits: Iterable[int]) -> bytes:
        """The same bits of the data of every code, a byte for each."""
        tables, mask = _tables(self._size, tuple(bits))
        together = int.from_bytes(bytes([mask]) * self._count, "big")
        for place, table in tables.items():
            together ^= int.from_bytes(self._columns[place].translate(table), "big")
        return together.to_bytes(self._count, "big")

    def payloads(self, head: int, next_bits: int) -> list[str]:
        """The payloads, if the data of all codes begin with these eight and five bits."""
        mode = head >> 4
        if mode == _BYTES:
            return self._bytes((head & 0x0F) << 4 | next_bits >> 1)
        if mode == _PAIRS:
            return self._alphanumeric((head & 0x0F) << 5 | next_bits)
        raise Unreadable("a 2D code of another kind")

    def _bytes(self, length: int) -> list[str]:
        self._have_room(12 + 8 * length)
        whole = bytearray(self._count * length)
        for place in range(length):
            whole[place::length] = self.field(range(12 + 8 * place, 20 + 8 * place))
        return _cut(whole.decode("latin-1"), length, self._count)

    def _alphanumeric(self, length: int) -> list[str]:
        pairs, single = divmod(length, 2)
        end = 13 + 11 * pairs
        self._have_room(end + 6 * single)
        values = bytearray(2 * self._count * pairs)
        for pair in range(pairs):
            start = 13 + 11 * pair
            values[2 * pair :: 2 * pairs] = self.field(range(start, start + 3))
            values[2 * pair + 1 :: 2 * pairs] = self.field(range(start + 3, start + 11))
        try:
            text = "".join([_PAIR_OF[value] for value in struct.unpack(f">{len(values) // 2}H", values)])
            last = [_ALPHANUMERIC[value] for value in self.field(range(end, end + 6))] if single else []
        except IndexError:
            raise Unreadable("a 2D code with a sign that does not exist") from None
        said = _cut(text, 2 * pairs, self._count)
        return [f"{most}{sign}" for most, sign in zip(said, last, strict=True)] if single else said

    def _have_room(self, bits: int) -> None:
        if bits > _DATA_BITS[self._size]:
            raise Unreadable("a 2D code that says more than it has room for")


def bars(width: int, codes: Sequence[bytes]) -> list[str]:
    """The bars of customer barcodes of so many samples a row: which of the three bands each bar covers.

    :raises Unreadable: one is of another size, has a bar that does not exist, or something where no bar stands.
    """
    stride, count = _stride(width), -(-width // 2)
    if {len(code) for code in codes} != {stride * _BANDS}:
        raise Unreadable("bars of another size")
    whole = b"".join(codes)
    rows = len(codes)
    bands = [bytearray(stride * rows) for _band in range(_BANDS)]
    for place in range(stride):
        for band in range(_BANDS):
            bands[band][place::stride] = whole[band * stride + place :: stride * _BANDS]
    if any(band.translate(_GAPS).count(1) for band in bands):
        raise Unreadable("a bar in the wrong place")
    said = bytearray(4 * stride * rows)
    for bar, tables in enumerate(_COVERED):
        covered = [
            int.from_bytes(band.translate(table), "big") for band, table in zip(bands, tables, strict=True)
        ]
        together = covered[0] | covered[1] | covered[2]
        said[bar::4] = together.to_bytes(stride * rows, "big").translate(_BAR_OF)
    found = _cut(said.decode("ascii"), 4 * stride, rows)
    made = [one[:count] for one in found]
    read = "".join(made)
    if "?" in read or _NO_BAR in read or "".join([one[count:] for one in found]).strip(_NO_BAR):
        raise Unreadable("a bar in the wrong place")
    return made


def _cut(text: str, length: int, count: int) -> list[str]:
    return [text[length * place : length * (place + 1)] for place in range(count)]


def _stride(width: int) -> int:
    return -(-width // 8)


@cache
def _tables(size: int, field: Field) -> tuple[dict[int, bytes], int]:
    """Which bytes of a code's samples hold these bits of its data, and for each value of them what it has of the bits; and the mask
    over the bits.
    """
    order = _order(size)
    weights: dict[int, dict[int, int]] = {}
    mask = 0
    for weight, bit in enumerate(reversed(field)):
        row, column = order[bit]
        inside = weights.setdefault(row * _stride(size) + column // 8, {})
        inside[7 - column % 8] = 1 << weight
        if (row + column) % _MASKED == 0:
            mask |= 1 << weight
    tables = {
        place: bytes(
            sum(weight for shift, weight in inside.items() if value >> shift & 1) for value in range(256)
        )
        for place, inside in weights.items()
    }
    return tables, mask


@cache
def _order(size: int) -> list[tuple[int, int]]:
    """The modules (row, column) of the data in reading order: two columns at a time from the right, up and down in turn, around what
    is no data (ISO/IEC 18004 §7.7.3).
    """
    function = _function_modules(size)
    order: list[tuple[int, int]] = []
    upwards = True
    for right in (*range(size - 1, 7, -2), 5, 3, 1):
        rows = range(size - 1, -1, -1) if upwards else range(size)
        columns = (right, right - 1)
        order += [(row, column) for row in rows for column in columns if (row, column) not in function]
        upwards = not upwards
    return order[: _DATA_BITS[size]]


@cache
def _finders(size: int) -> dict[int, tuple[bytes, int]]:
    """Of each byte of the samples with a part of a finder: a table that keeps that part alone, and what it has to be."""
    inside = [f"{row:07b}" for row in (127, 65, 93, 93, 93, 65, 127)]
    parts: dict[int, tuple[int, int]] = {}
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for row, modules in enumerate(inside):
            for column, dark in enumerate(modules, left):
                place = (top + row) * _stride(size) + column // 8
                kept, wanted = parts.get(place, (0, 0))
                module = 1 << (7 - column % 8)
                parts[place] = kept | module, wanted | (module if dark == "1" else 0)
    return {
        place: (bytes(value & kept for value in range(256)), wanted)
        for place, (kept, wanted) in parts.items()
    }


def _function_modules(size: int) -> set[tuple[int, int]]:
    """Finder, timing, format and alignment patterns of versions 1 to 3."""
    found = {(6, place) for place in range(size)} | {(place, 6) for place in range(size)}
    for top, left in ((0, 0), (0, size - 8), (size - 8, 0)):
        tall, wide = (9 if top == 0 else 8), (9 if left == 0 else 8)
        found |= {(top + row, left + column) for row in range(tall) for column in range(wide)}
    if size > 21:
        centre = size - 7
        found |= {(centre + row, centre + column) for row in range(-2, 3) for column in range(-2, 3)}
    return found
