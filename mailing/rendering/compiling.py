"""Compiling blocks: the layout engine lays a block out once, and from its layout tree and its drawing come the places of the
slots and the fixed art. Everything is kept for the life of the process; the version of the sheets names what it depends on."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pikepdf

from mailing.rendering.art import Art, art_of, refused
from mailing.rendering.documents import CannotPrint, PrintStop
from mailing.rendering.faces import FAMILY
from mailing.rendering.keeping import Keeper
from mailing.rendering.layout import laid_out, pdf_of
from mailing.rendering.pages import skeletons_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mailing.rendering.sheets import Form

PX_PER_MM = 96 / 25.4
_PANGO_UNITS = 1024
INK = (26, 26, 26)
# The lines of a block's texts, text by text: none, one or two.
Shape = bytes
Key = tuple["Form", Shape]


class Place(NamedTuple):
    """Where a line of text begins: PDF operands of its font size and of its left end on the baseline, in px; and that left end."""

    size: str
    at: str
    left: float


@dataclass(frozen=True, slots=True)
class CompiledBlock:
    """A block with its texts on a certain number of lines: its art, a place per line of each slot, and the codes' boxes.

    A code's box is the operands of the matrices that take the unit square there.
    """

    art: Art | None
    lines: tuple[tuple[Place, ...], ...]
    codes: dict[str, str]


class Compiler:
    """The compiled blocks of a process."""

    def __init__(self, folder: Path | None = None) -> None:
        self.known: dict[Key, CompiledBlock] = {}
        self._keeper = Keeper(folder)

    def compile(self, wanted: Iterable[Key]) -> None:
        """Compile those of the wanted forms and shapes that are not known yet, in one pass of the layout engine.

        :raises CannotPrint: `cannot_compile` names the block and what it uses that the press does not repeat;
            `does_not_fit` names one that leaves its room.
        """
        missing = [key for key in dict.fromkeys(wanted) if key not in self.known and not self._found(key)]
        if not missing:
            return
        document = laid_out(skeletons_html(missing))
        if len(document.pages) != len(missing):
            names = {form.template for form, _shape in missing}
            raise refused(",".join(sorted(names)), "more than a page")
        with pikepdf.open(io.BytesIO(pdf_of(document))) as pdf:
            for key, page, drawn in zip(missing, document.pages, pdf.pages, strict=True):
                block = self.known[key] = _compiled(key, page, drawn)
                lines = [[(place.size, place.at, place.left) for place in slot] for slot in block.lines]
                self._keeper.keep(_named(key), (block.art, lines, block.codes))

    def _found(self, key: Key) -> bool:
        """Take a block over that another process has compiled and kept."""
        kept = self._keeper.find(_named(key))
        if kept is not None:
            art, lines, codes = kept
            places = tuple(tuple(itertools.starmap(Place, slot)) for slot in lines)
            self.known[key] = CompiledBlock(art, places, codes)
        return kept is not None


@cache
def compiler() -> Compiler:
    """The compiler of this process. It keeps what it compiles in the folder that `keep_in` named."""
    return Compiler(_folders[-1] if _folders else None)


_folders: list[Path] = []


def keep_in(folder: Path) -> None:
    """From the next compiler on, keep compiled blocks in this folder."""
    _folders.append(folder)
    compiler.cache_clear()


def _named(key: Key) -> object:
    """A key as every process writes it."""
    form, shape = key
    return form.template, form.fixed, form.slots, form.codes, shape


def number(value: float) -> str:
    """A number as the layout engine writes it: at most six decimals."""
    return f"{value:f}".rstrip("0").rstrip(".")


def _compiled(key: Key, page: Any, drawn: pikepdf.Page) -> CompiledBlock:
    form, shape = key
    name = form.template
    lines: dict[str, tuple[Place, ...]] = {}
    codes: dict[str, str] = {}
    for box in _boxes(page._page_box):  # noqa: SLF001 -- the layout tree is what we came for
        marks = box.element.attrib if box.element is not None and box.element_tag == box.element.tag else {}
        if "data-bottom" in marks and box.position_y + box.height > float(marks["data-bottom"]) * PX_PER_MM:
            raise CannotPrint((PrintStop("", name, "does_not_fit", "data-bottom"),))
        if slot := marks.get("data-slot"):
            lines[slot] = (*lines.get(slot, ()), *(_place(text, name) for text in _texts(box)))
        if "data-code" in marks:
            codes[marks["data-code"]] = _matrices(box)
    places = tuple(lines.get(slot, ()) for slot in form.slots)
    if bytes(map(len, places)) != shape:
        raise refused(name, "a slot is missing, doubled or broken into lines")
    if set(codes) != set(form.codes):
        raise refused(name, "a code is missing")
    return CompiledBlock(art_of(drawn, name), places, codes)


def _matrices(box: Any) -> str:
    """To the box and into it, in two steps, as the layout engine does it."""
    x, y, width, height = map(number, (box.content_box_x(), box.content_box_y(), box.width, box.height))
    return f"1 0 0 1 {x} {y} cm {width} 0 0 -{height} 0 {height}"


def _boxes(box: Any) -> Iterator[Any]:
    box = getattr(box, "_box", box)  # what is placed absolutely hides behind a placeholder
    yield box
    for child in getattr(box, "children", ()):
        yield from _boxes(child)


def _texts(box: Any) -> Iterator[Any]:
    return (inner for inner in _boxes(box) if getattr(inner, "text", None))


def _place(text: Any, block: str) -> Place:
    style = text.style
    ink = tuple(round(255 * part) for part in style["color"].coordinates)
    if style["font_family"][0] != FAMILY or style["font_weight"] != 400 or ink != INK:
        raise refused(block, "a slot in another face, weight or colour")
    size = int(style["font_size"] * _PANGO_UNITS) / _PANGO_UNITS
    at = f"{number(text.position_x)} {number(text.position_y + text.baseline)}"
    return Place(number(size), at, text.position_x)
