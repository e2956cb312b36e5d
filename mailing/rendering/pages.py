"""From blocks to HTML: the templates of `templates/print/`, for the layout engine to print or to compile."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.template import Context, Engine, Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from japan.postal import format_postal_code
from japan.wareki import format_wareki
from mailing.rendering.codes import data_uri, picture_of
from mailing.rendering.faces import font_file
from mailing.rendering.typesetting import Line, set_text, slot_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mailing.rendering.sheets import Block, Form, Sheet

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "print"


def sheets_html(sheets: Iterable[Sheet]) -> str:
    """One HTML document with the sheets in order; every sheet is a page."""
    return _document([[_block_html(block) for block in sheet.blocks()] for sheet in sheets], compiling=False)


def skeletons_html(forms: Iterable[tuple[Form, Sequence[int]]]) -> str:
    """One page per form, its texts invisible and one character long, on as many lines per slot as given; no codes."""
    pages = []
    for form, shape in forms:
        lines = {slot: (Line("永", 1.0),) * count for slot, count in zip(form.slots, shape, strict=True)}
        pages.append([_rendered(form, lines, {})])
    return _document(pages, compiling=True)


def _document(sheets: list[list[SafeString]], *, compiling: bool) -> str:
    context = {
        "sheets": sheets,
        "compiling": compiling,
        "regular": font_file("Regular").as_uri(),
        "bold": font_file("Bold").as_uri(),
    }
    return _engine().get_template("document.html").render(Context(context))


def _block_html(block: Block) -> SafeString:
    lines = {
        slot: set_text(text, slot_named(slot))
        for slot, text in zip(block.form.slots, block.texts, strict=True)
        if text
    }
    return _rendered(block.form, lines, dict(zip(block.form.codes, block.payloads, strict=True)))


def _rendered(form: Form, lines: Mapping[str, tuple[Line, ...]], codes: Mapping[str, str]) -> SafeString:
    context: dict[str, Any] = {**dict(form.fixed), "lines": lines, "codes": codes}
    return _engine().get_template(f"{form.template}.html").render(Context(context, use_l10n=False))


_library = Library()


@_library.simple_tag(takes_context=True)
def slot(context: Context, name: str, row: int | None = None) -> SafeString:
    """The text of a slot: one `span` per line, squeezed as far as needed; carries `data-slot` for the compiler."""
    full = name if row is None else f"{name}.{row}"
    lines = context["lines"].get(full, ())
    if not lines:
        return SafeString("")
    box = slot_named(full)
    spans = format_html_join(
        "",
        '<span class="line"><span class="text" style="transform:scaleX({})">{}</span></span>',
        ((f"{line.squeeze:.5f}", line.text) for line in lines),
    )
    return format_html(
        '<span class="slot" data-slot="{}" style="width:{}mm;font-size:{}pt">{}</span>',
        full,
        box.width,
        box.size,
        spans,
    )


@_library.simple_tag(takes_context=True)
def code(context: Context, name: str) -> SafeString:
    """The picture of a code, or nothing where there is none to print."""
    payload = context["codes"].get(name)
    if not payload:
        return SafeString("")
    return format_html('<img src="{}">', data_uri(picture_of(name, payload)))


_library.filter("wareki", format_wareki)
_library.filter("postal", format_postal_code)


@cache
def _engine() -> Engine:
    engine = Engine(dirs=[str(TEMPLATES)])
    engine.template_builtins.append(_library)
    return engine
