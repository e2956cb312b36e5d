"""Reading a finished file back, from its bytes alone: the texts, 2D codes and bars of every page.

It shares no code with what set the pages: glyphs are looked up in the embedded CMaps, codes are taken apart bit by bit.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

import pikepdf

from mailing.rendering import decoding
from mailing.rendering.faces import PLAIN, SHORT, face
from mailing.rendering.opening import OpenedFile, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

_CID = re.compile(rb"<([0-9A-F]+)> (\d+)\n")
_CHARACTER = re.compile(rb"<([0-9A-F]+)> <([0-9A-F]+)>\n")
_BANDS = 3
# Pages are read so many at a time; what cannot be read together is read page by page, to find the one that is wrong.
_TOGETHER = 250
# A text in short codes, escaped as in a string; or in codes of two bytes, after its own font.
_SHOWN = re.compile(rb"(?:/(\w[^ ]*) [\d.]+ Tf )?(?:\((.*)\)|<([0-9a-f]+)>) Tj\n")
_SHORT_TEXT = re.compile(rb"\((.*)\) Tj\n")
_LINE_END = b"\n"
# Between the drawings of two pages: stands in none.
_APART = b"\0"
_PICTURE = b"BI\n"
_IMAGE = re.compile(rb"BI\n/W (\d+)/H (\d+)/BPC 1/CS/G/D\[1 0\]/F/AHx\nID\n([0-9a-f]+)>\nEI\n")


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
    for together in _groups(opened.pages()):
        yield from _readings(together, fonts)


def _groups(pages: Iterator[bytes]) -> Iterator[list[bytes]]:
    """The pages, some at a time; those before one that is not there come before its error."""
    group: list[bytes] = []
    try:
        for page in pages:
            group.append(page)
            if len(group) == _TOGETHER:
                yield group
                group = []
    except Unreadable:
        yield group
        raise
    yield group


def _readings(pages: Sequence[bytes], fonts: dict[bytes, dict[str, str]]) -> Iterator[Reading]:
    try:
        read = _read_together(pages, fonts)
    except (LookupError, ValueError):
        if len(pages) == 1:
            raise
        for page in pages:
            yield from _readings([page], fonts)
    else:
        yield from read


def _read_together(pages: Sequence[bytes], fonts: dict[bytes, dict[str, str]]) -> list[Reading]:
    parts = [page.partition(b"\nBT\n") for page in pages]
    codes, bars = _codes([drawn for drawn, _begin, _written in parts])
    texts = [_texts(written, fonts) for _drawn, _begin, written in parts]
    return list(map(Reading, texts, codes, bars))


def _codes(drawn: Sequence[bytes]) -> tuple[list[list[str]], list[str]]:
    """The payloads of the 2D codes of each page in order, and its bars."""
    counts = [page.count(_PICTURE) for page in drawn]
    pictures = _IMAGE.findall(_APART.join(drawn))
    if len(pictures) != sum(counts):
        raise Unreadable("a picture of another kind")
    alike: dict[tuple[bytes, bytes], list[int]] = defaultdict(list)
    for place, (width, height, _samples) in enumerate(pictures):
        alike[width, height].append(place)
    codes: list[str | None] = [None] * len(pictures)
    bars = [""] * len(pictures)
    for (width, height), places in alike.items():
        samples = [bytes.fromhex(pictures[place][2].decode()) for place in places]
        if int(height) == _BANDS:
            _put(decoding.bars(int(width), samples), bars, places)
        elif width == height:
            _put(decoding.payloads(int(width), samples), codes, places)
        else:
            raise Unreadable("a picture that is no code")
    of_pages = list(pairwise(accumulate(counts, initial=0)))
    return (
        [[code for code in codes[start:end] if code is not None] for start, end in of_pages],
        ["".join(bars[start:end]) for start, end in of_pages],
    )


def _put(said: Sequence[str], where: list[Any], places: Sequence[int]) -> None:
    for place, payload in zip(places, said, strict=True):
        where[place] = payload


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
