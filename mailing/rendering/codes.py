"""The codes on the page, as SVG: the 2D code of a sheet and of a card, and the customer barcode."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import segno

if TYPE_CHECKING:
    from mailing.rendering.documents import Piece

# The post office's dimensions at 10 pt, in mm (domain.md §4.1).
BAR, PITCH = 0.6, 1.2
_SPANS = {"1": (0.0, 3.6), "2": (0.0, 2.4), "3": (1.2, 3.6), "4": (1.2, 2.4)}
BARCODE_WIDTH, BARCODE_HEIGHT = 67 * PITCH - (PITCH - BAR), 3.6


def sheet_payload(piece: Piece, sheet: int, sheets: int) -> str:
    """`T1|piece_no|make_no|sheet/sheets|cards`."""
    return f"T1|{piece.piece_no}|{piece.make_no}|{sheet}/{sheets}|{piece.cards}"


def qr_svg(payload: str) -> str:
    """A QR code (level M, fixed mask, quiet zone of four modules) as an inline SVG without size."""
    out = BytesIO()
    segno.make_qr(payload, error="m", mask=3, boost_error=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, nl=False
    )
    return out.getvalue().decode()


def barcode_svg(bars: str) -> str:
    """The customer barcode as an inline SVG of its exact size in mm; each bar is a rectangle of its own."""
    rects = []
    for place, bar in enumerate(bars):
        top, bottom = _SPANS[bar]
        rects.append(f'<rect x="{place * PITCH:.1f}" y="{top}" width="{BAR}" height="{bottom - top:.1f}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{BARCODE_WIDTH:.1f}mm" height="{BARCODE_HEIGHT}mm" '
        f'viewBox="0 0 {BARCODE_WIDTH:.1f} {BARCODE_HEIGHT}">{"".join(rects)}</svg>'
    )
