"""Reading a finished file back, from its bytes alone: the texts, 2D codes and bars of every page.

It shares no code with what set the pages: glyphs are looked up in the embedded CMaps, codes are taken apart module by module.
"""

from __future__ import annotations

import io
import re
from functools import cache, lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import pikepdf

from mailing.rendering.faces import PLAIN, SHORT, face
from mailing.rendering.opening import OpenedFile, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_MASKED = 3
# The bits of data in a code of this many modules a side; behind them stand those that correct errors.
_DATA_BITS = {21: 128, 25: 224, 29: 352}
_BYTES, _PAIRS = 0b0100, 0b0010
_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_PAIR_OF = [f"{first}{second}" for first in _ALPHANUMERIC for second in _ALPHANUMERIC]
_CID = re.compile(rb"<([0-9A-F]+)> (\d+)\n")
_CHARACTER = re.compile(rb"<([0-9A-F]+)> <([0-9A-F]+)>\n")
_BAR_OF = {(1, 1, 1): "1", (1, 1, 0): "2", (0, 1, 1): "3", (0, 1, 0): "4"}
_NO_BAR = " "
_GAPS = 0b01010101
_BANDS, _FINDER = 3, 7
# A text in short codes, escaped as in a string; or in codes of two bytes, after its own font.
_SHOWN = re.compile(rb"(?:/(\w[^ ]*) [\d.]+ Tf )?(?:\((.*)\)|<([0-9a-f]+)>) Tj\n")
_SHORT_TEXT = re.compile(rb"\((.*)\) Tj\n")
_LINE_END = b"\n"
_IMAGE = re.compile(rb"BI\n/W (\d+)/H (\d+)/BPC 1/CS/G/D\[1 0\]/F/AHx\nID\n((?:[0-9a-f]{2})+)>\nEI\n")


class _Picture(NamedTuple):
    """Black and white samples, row by row, each row filled up to whole bytes; 1 is dark."""

    width: int
    height: int
    samples: bytes


class Reading(NamedTuple):
    """What a page says: its texts line by line, the payloads of its 2D codes, and its customer barcode ("" if none)."""

    texts: list[str]
    codes: list[str]
    bars: str


def read_pages(content: bytes) -> Iterator[Reading]:
    """What each page of a file says, in order.

    :raises Unreadable: the file is put together in another way than the press does it, a font draws another glyph than its text
        says, or a code cannot be taken apart.
    :raises pikepdf.PdfError: this is no PDF.
    """
    opened = OpenedFile(content)
    with pikepdf.open(io.BytesIO(content), inherit_page_attributes=False) as pdf:
        fonts = _fonts(pdf.Root.Pages.Resources.Font)
    for page in opened.pages():
        yield _reading(page, fonts)


def _reading(operators: bytes, fonts: dict[bytes, dict[str, str]]) -> Reading:
    drawn, _begin, written = operators.partition(b"\nBT\n")
    pictures = [
        _Picture(int(width), int(height), bytes.fromhex(samples.decode()))
        for width, height, samples in _IMAGE.findall(drawn)
    ]
    if len(pictures) != drawn.count(b"BI\n"):
        raise Unreadable("a picture of another kind")
    bars = [_bars(picture) for picture in pictures if picture.height == _BANDS]
    codes = [_payload(picture) for picture in pictures if picture.height != _BANDS]
    return Reading(_texts(written, fonts), codes, "".join(bars))


def _texts(written: bytes, fonts: dict[bytes, dict[str, str]]) -> list[str]:
    """The texts of a page in order. The codes of S1 were found to say their own characters, so most pages are read in one go."""
    count = written.count(b" Tj")
    if written.count(b" Tf ") == written.count(b"/S1 "):
        short = _SHORT_TEXT.findall(written)
        if len(short) != count:
            raise Unreadable("a text that is shown in another way")
        return _said_short(_LINE_END.join(short)).split("\n") if short else []
    shown = _SHOWN.findall(written)
    if len(shown) != count:
        raise Unreadable("a text that is shown in another way")
    texts, font = [], b""
    for named, short, codes in shown:
        font = named or font
        if (font == b"S1") != (not codes):
            raise Unreadable("codes of another font")
        texts.append(_translated(codes, fonts[font]) if codes else _said_short(short))
    return texts


def _said_short(codes: bytes) -> str:
    plain = codes.replace(b"\\\\", b"\\").replace(b"\\(", b"(").replace(b"\\)", b")")
    return plain.decode("cp932")


def _translated(codes: bytes, said: dict[str, str]) -> str:
    return "".join(map(said.__getitem__, bytes.fromhex(codes.decode()).decode("utf-16-be")))


def _fonts(resources: Any) -> dict[bytes, dict[str, str]]:
    """What the codes of each resource say, after checking that each shows the glyph of what it says."""
    names = [str(name)[1:] for name in resources]
    return {
        name.encode(): _checked(name, resources[f"/{name}"])
        for name in names
        if name[0] in "FXYS" and name != "F0"
    }


def _after_ranges(cmap: Any) -> bytes:
    return bytes(cmap.read_bytes().partition(b"endcodespacerange")[2])


def _checked(name: str, font: Any) -> dict[str, str]:
    codec = "cp932" if name == SHORT else "utf-16-be"
    said = {
        bytes.fromhex(code.decode()).decode(codec): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in _CHARACTER.findall(_after_ranges(font.ToUnicode))
    }
    shown = {
        bytes.fromhex(code.decode()).decode(codec): int(cid)
        for code, cid in _CID.findall(_after_ranges(font.Encoding))
    }
    if name in (PLAIN, SHORT) and any(code != text for code, text in said.items()):
        raise Unreadable(f"{name}: a code does not say its own character")
    wrong = [code for code, text in said.items() if shown.get(code) != face().glyph(text)]
    if wrong or len(said) != len(shown):
        raise Unreadable(f"{name}: {len(wrong)} codes show another glyph than they say")
    return said


def _payload(picture: _Picture) -> str:
    """The payload of a QR code of version 1 to 3, level M, mask 3: there its data stand in one piece.

    :raises Unreadable: its finders are not there, or its data are neither alphanumeric nor bytes.
    """
    size, height, samples = picture
    if size != height or size not in _DATA_BITS or len(samples) != _stride(size) * size:
        raise Unreadable("a picture that is no 2D code")
    length = _DATA_BITS[size]
    corners, finders, take, tables, mask = _layout(size)
    if int.from_bytes(samples, "big") & corners != finders:
        raise Unreadable("a 2D code without its finders")
    data = sum(map(list.__getitem__, tables, take(samples))) ^ mask
    mode = data >> (length - 4)
    if mode == _BYTES:
        count = data >> (length - 12) & 0xFF
        text = data >> (length - 12 - 8 * count) & ((1 << 8 * count) - 1)
        return text.to_bytes(count, "big").decode("latin-1")
    if mode == _PAIRS:
        return _alphanumeric(data, length)
    raise Unreadable("a 2D code of another kind")


def _alphanumeric(data: int, length: int) -> str:
    count = data >> (length - 13) & 0x1FF
    left = length - 13
    made = []
    for _pair in range(count // 2):
        left -= 11
        made.append(_PAIR_OF[data >> left & 0x7FF])
    if count % 2:
        made.append(_ALPHANUMERIC[data >> (left - 6) & 0x3F])
    return "".join(made)


@cache
def _layout(size: int) -> tuple[int, int, Any, list[list[int]], int]:
    """Where the finders of a code are and what is dark there; how to take out the bytes of the samples that hold data, and what
    each of them has of the data, which stand in reading order; and the mask over them.

    Two columns at a time from the right, up and down in turn, around what is no data (ISO/IEC 18004 §7.7.3).
    """
    function = _function_modules(size)
    order: list[tuple[int, int]] = []
    upwards = True
    for right in (*range(size - 1, 7, -2), 5, 3, 1):
        rows = range(size - 1, -1, -1) if upwards else range(size)
        columns = (right, right - 1)
        order += [(row, column) for row in rows for column in columns if (row, column) not in function]
        upwards = not upwards
    del order[_DATA_BITS[size] :]
    mask = "".join("1" if (row + column) % _MASKED == 0 else "0" for row, column in order)
    weights = {place: 1 << (len(order) - 1 - at) for at, place in enumerate(order)}
    tables = {
        row * _stride(size) + byte: _table([weights.get((row, 8 * byte + bit), 0) for bit in range(8)])
        for row in range(size)
        for byte in range(_stride(size))
    }
    holding = [place for place, table in tables.items() if any(table)]
    return *_finders(size), itemgetter(*holding), [tables[place] for place in holding], int(mask, 2)


def _table(weights: list[int]) -> list[int]:
    """For each value of a byte what its bits weigh together, the highest bit first."""
    return [
        sum(weight for bit, weight in enumerate(weights) if value >> (7 - bit) & 1) for value in range(256)
    ]


def _stride(width: int) -> int:
    return -(-width // 8)


def _finders(size: int) -> tuple[int, int]:
    inside = "".join(f"{row:07b}" for row in (127, 65, 93, 93, 93, 65, 127))
    stride = 8 * _stride(size)
    corners = finders = 0
    for top, left in ((0, 0), (0, size - _FINDER), (size - _FINDER, 0)):
        for place, dark in enumerate(inside):
            row, column = divmod(place, _FINDER)
            module = 1 << (stride * size - 1 - stride * (top + row) - (left + column))
            corners |= module
            finders |= module if dark == "1" else 0
    return corners, finders


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


def _bars(picture: _Picture) -> str:
    """The bars of a customer barcode: which of the three bands each covers."""
    width, height, samples = picture
    stride = _stride(width)
    if len(samples) != stride * height:
        raise Unreadable("bars of another size")
    said = "".join(map(_four_bars, samples[:stride], samples[stride : 2 * stride], samples[2 * stride :]))
    count = -(-width // 2)
    if _NO_BAR in said[:count] or said[count:].strip(_NO_BAR):
        raise Unreadable("a bar in the wrong place")
    return said[:count]


@lru_cache(maxsize=10_000)
def _four_bars(top: int, middle: int, bottom: int) -> str:
    """The bars in a byte of each band, with a gap after each.

    :raises Unreadable: there is something in a gap.
    """
    if (top | middle | bottom) & _GAPS:
        raise Unreadable("a bar in the wrong place")
    covered = [(top >> bit & 1, middle >> bit & 1, bottom >> bit & 1) for bit in (7, 5, 3, 1)]
    return "".join(_BAR_OF.get(bands, _NO_BAR) for bands in covered)
