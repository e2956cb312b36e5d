"""From documents to HTML: the templates of `templates/print/`, with texts already set into their slots."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine, Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from japan.piece_number import grouped
from japan.postal import format_postal_code
from japan.wareki import format_wareki
from mailing.rendering.codes import barcode_svg, qr_svg, sheet_payload
from mailing.rendering.documents import (
    Document,
    EmployerCarrier,
    EmployerLetter,
    EnvelopeSheets,
    PersonalCarrier,
    Piece,
    TargetListSheet,
)
from mailing.rendering.faces import font_file
from mailing.rendering.slots import SLOTS
from mailing.rendering.typesetting import natural_width, set_text

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "print"
_TEMPLATE_OF = {
    PersonalCarrier: "personal_carrier.html",
    EmployerCarrier: "employer_carrier.html",
    EmployerLetter: "employer_letter.html",
    TargetListSheet: "target_list.html",
}
# A target list's first page holds the letter and fewer lines than the following ones.
FIRST_PAGE_LINES, PAGE_LINES = 14, 34


def document_html(envelopes: tuple[EnvelopeSheets, ...]) -> str:
    """One HTML document with all sheets of the envelopes in order; every sheet is a `section.sheet` with its own page."""
    sheets = [sheet for envelope in envelopes for sheet in _envelope_sheets(envelope)]
    return (
        _engine()
        .get_template("document.html")
        .render(
            Context(
                {
                    "sheets": sheets,
                    "regular": font_file("Regular").as_uri(),
                    "bold": font_file("Bold").as_uri(),
                }
            )
        )
    )


def sheet_count(envelope: EnvelopeSheets) -> int:
    """How many pages an envelope takes."""
    return sum(_pages_of(part) for part in envelope.parts)


def _pages_of(part: Document) -> int:
    if isinstance(part, TargetListSheet):
        return 1 + max(0, -(-(len(part.lines) - FIRST_PAGE_LINES) // PAGE_LINES))
    if isinstance(part, EmployerLetter):
        return 1
    return 2 if any(card.back_remarks for card in part.cards) else 1


def _envelope_sheets(envelope: EnvelopeSheets) -> list[SafeString]:
    total = sheet_count(envelope)
    made: list[SafeString] = []
    for part in envelope.parts:
        for page in range(_pages_of(part)):
            made.append(_sheet(part, page, len(made) + 1, total))
    return made


def _sheet(part: Document, page: int, sheet: int, sheets: int) -> SafeString:
    context: dict[str, Any] = {"doc": part, "page": page, "sheet": sheet, "sheets": sheets}
    name = _TEMPLATE_OF[type(part)]
    if isinstance(part, TargetListSheet):
        start = FIRST_PAGE_LINES + (page - 1) * PAGE_LINES if page else 0
        end = FIRST_PAGE_LINES + page * PAGE_LINES
        context |= {"lines": part.lines[start:end], "last": page + 1 == _pages_of(part)}
        context["total"] = sum(line.cards for line in part.lines)
    elif page:
        name = "carrier_back.html"
    return _engine().get_template(name).render(Context(context, use_l10n=False))


_library = Library()


@_library.simple_tag
def slot(name: str, text: str) -> SafeString:
    """A text in its slot: one `span` per line, squeezed as far as needed; carries `data-slot` for the compiler."""
    box = SLOTS[name]
    lines = set_text(text, box)
    width = max(natural_width(line.text, box.size) * line.squeeze for line in lines) if box.hug else box.width
    spans = format_html_join(
        "",
        '<span class="line"><span class="text" style="transform:scaleX({})">{}</span></span>',
        ((f"{line.squeeze:.5f}", line.text) for line in lines),
    )
    return format_html(
        '<span class="slot" data-slot="{}" style="width:{}mm;font-size:{}pt">{}</span>',
        name,
        f"{width:.2f}",
        box.size,
        spans,
    )


@_library.simple_tag
def sheet_code(piece: Piece, sheet: int, sheets: int) -> SafeString:
    """The 2D code of a sheet."""
    return mark_safe(qr_svg(sheet_payload(piece, sheet, sheets)))  # noqa: S308 -- our own SVG of digits and letters


@_library.simple_tag
def card_code(serial: str) -> SafeString:
    """The 2D code of a card: its serial, nothing about the person (the insurer's own payload is an open question)."""
    return mark_safe(qr_svg(serial))  # noqa: S308 -- our own SVG of digits and letters


@_library.simple_tag
def bars(pattern: str | None) -> SafeString:
    """The customer barcode, or nothing where none is printed."""
    return mark_safe(barcode_svg(pattern) if pattern else "")  # noqa: S308 -- our own SVG of digits and letters


_library.filter("wareki", format_wareki)
_library.filter("grouped", grouped)
_library.filter("postal", format_postal_code)


@cache
def _engine() -> Engine:
    engine = Engine(dirs=[str(TEMPLATES)])
    engine.template_builtins.append(_library)
    return engine
