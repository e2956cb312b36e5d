"""Painting codes: the PDF operators of the 2D codes and customer barcodes of many pages at once."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from mailing.rendering.codes import BARS_HIGH, BARS_WIDE, OfTwoModes, bars_digits, tables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mailing.rendering.codes import Picture


def painted(names: Iterable[str], payloads: Sequence[str]) -> list[bytes]:
    """Operators that paint each code into the unit square; nothing for an empty payload. `bars` are bars, all else is a QR code."""
    alike: dict[tuple[str, int], list[int]] = defaultdict(list)
    for place, kind in enumerate(zip(names, map(len, payloads), strict=True)):
        alike[kind].append(place)
    images = [b""] * len(payloads)
    for (name, length), places in alike.items():
        if length:
            paint = _bars if name == "bars" else _qr_codes
            for place, image in zip(places, paint([payloads[place] for place in places]), strict=True):
                images[place] = image
    return images


def inline_image(picture: Picture) -> bytes:
    """Operators that paint the picture into the unit square."""
    return _form_of(picture.width, picture.height) % picture.samples


def _bars(many: Sequence[str]) -> list[bytes]:
    begin, end = _image_of(BARS_WIDE, BARS_HIGH).split(b"%s")
    return [b"".join([begin, *bands, end]) for bands in bars_digits(many)]


def _qr_codes(payloads: Sequence[str]) -> list[bytes]:
    """The QR codes of payloads of one length, which nearly always are of one mode, too."""
    try:
        tables = tables_of(payloads)
    except OfTwoModes:
        return [code for payload in payloads for code in _qr_codes([payload])]
    return list(map(_form_of(tables.size, tables.size).__mod__, tables.samples_of(payloads)))


@cache
def _form_of(width: int, height: int) -> bytes:
    """The operators with a place for the samples as a number."""
    digits = 2 * -(-width // 8) * height
    return _image_of(width, height) % (b"%%0%dx" % digits)


@cache
def _image_of(width: int, height: int) -> bytes:
    """The operators with a place for the samples as hexadecimal digits."""
    return b"BI\n/W %d/H %d/BPC 1/CS/G/D[1 0]/F/AHx\nID\n%%s>\nEI\n" % (width, height)
