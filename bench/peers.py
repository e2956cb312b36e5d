"""Other PDF libraries, where they are installed: each sets the same texts and codes of the envelopes into one file."""

from __future__ import annotations

import importlib.util
import io
import os
from typing import TYPE_CHECKING

from mailing.rendering.checks import set_envelope
from mailing.rendering.compiling import compiler
from mailing.rendering.setting import compile_sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mailing.rendering.documents import EnvelopeSheets

# A TrueType face, as these libraries need one; named by the environment, because none comes with the project.
FONT = os.environ.get("BENCH_TRUETYPE", "")
POINTS_PER_PX = 0.75
Placed = list[tuple[float, float, float, str]]


def _pages(envelopes: Sequence[EnvelopeSheets]) -> Iterator[Placed]:
    """Per page its texts as (x, y, size, text) in points from the top left."""
    for envelope in envelopes:
        sheets = set_envelope(envelope).sheets
        compile_sheets(sheets)
        for sheet in sheets:
            placed: Placed = []
            for block, lines, shape in sheet:
                compiled = compiler().known[block.template, block.fixed, block.slots, shape]
                for places, said in zip(compiled.lines, lines, strict=True):
                    for place, line in zip(places, said, strict=True):
                        x, y = (POINTS_PER_PX * float(part) for part in place.at.split())
                        placed.append((x, y, POINTS_PER_PX * float(place.size), line.text))
            yield placed


def with_reportlab(envelopes: Sequence[EnvelopeSheets]) -> None:
    """ReportLab: texts on a canvas."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("face", FONT))
    canvas = Canvas(io.BytesIO())
    for placed in _pages(envelopes):
        for x, y, size, text in placed:
            canvas.setFont("face", size)
            canvas.drawString(x, 842 - y, text)
        canvas.showPage()
    canvas.save()


def with_fpdf2(envelopes: Sequence[EnvelopeSheets]) -> None:
    """fpdf2: texts on a page."""
    from fpdf import FPDF

    pdf = FPDF(unit="pt", format="A4")
    pdf.add_font("face", fname=FONT)
    for placed in _pages(envelopes):
        pdf.add_page()
        for x, y, size, text in placed:
            pdf.set_font("face", size=size)
            pdf.text(x, y, text)
    pdf.output()


def with_typst(envelopes: Sequence[EnvelopeSheets]) -> None:
    """Typst: one document with every text placed."""
    import typst

    source = ['#set page(paper: "a4", margin: 0pt)\n#set text(font: "Noto Sans CJK JP")\n']
    for number, placed in enumerate(_pages(envelopes)):
        source.append("#pagebreak()\n" if number else "")
        for x, y, size, text in placed:
            quoted = text.replace("\\", "\\\\").replace('"', '\\"')
            source.append(f'#place(dx: {x}pt, dy: {y}pt, text(size: {size}pt, "{quoted}"))\n')
    typst.compile("".join(source).encode())


_KNOWN = {"reportlab": with_reportlab, "fpdf": with_fpdf2, "typst": with_typst}
PEERS: dict[str, Callable[[Sequence[EnvelopeSheets]], None]] = {
    f"{name} (texts only)": way
    for name, way in _KNOWN.items()
    if importlib.util.find_spec(name) and (FONT or name == "typst")
}
