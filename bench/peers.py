"""Other PDF libraries, where they are installed: each sets the same texts and codes of the envelopes into one file."""

from __future__ import annotations

import importlib.util
import io
import os
from typing import TYPE_CHECKING

from mailing.rendering.compiling import compiler
from mailing.rendering.sheets import sheets_of
from mailing.rendering.typesetting import set_text, slot_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mailing.rendering.documents import EnvelopeSheets
    from mailing.rendering.sheets import Block
    from mailing.rendering.typesetting import Line

# A TrueType face, as these libraries need one; named by the environment, because none comes with the project.
FONT = os.environ.get("BENCH_TRUETYPE", "")
POINTS_PER_PX = 0.75
Placed = list[tuple[float, float, float, str]]


def _pages(envelopes: Sequence[EnvelopeSheets]) -> Iterator[Placed]:
    """Per page its texts as (x, y, size, text) in points from the top left."""
    for envelope in envelopes:
        for sheet in sheets_of(envelope):
            said = [_lines(block) for block in sheet.blocks()]
            keys = [(form, bytes(map(len, lines))) for form, lines in zip(sheet.forms, said, strict=True)]
            compiler().compile(keys)
            placed: Placed = []
            for key, block in zip(keys, said, strict=True):
                for places, lines in zip(compiler().known[key].lines, block, strict=True):
                    for place, line in zip(places, lines, strict=True):
                        x, y = (POINTS_PER_PX * float(part) for part in place.at.split())
                        placed.append((x, y, POINTS_PER_PX * float(place.size), line.text))
            yield placed


def _lines(block: Block) -> list[tuple[Line, ...]]:
    return [
        set_text(text, slot_named(slot)) if text else ()
        for slot, text in zip(block.form.slots, block.texts, strict=True)
    ]


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
