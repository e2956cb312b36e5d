"""Setting sheets: the texts of a page's blocks broken into lines, and the operators of the page. The inner loop of the press."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from mailing.rendering.codes import inline_image, picture_of
from mailing.rendering.compiling import compiler, number
from mailing.rendering.faces import face
from mailing.rendering.typesetting import DoesNotFit, Line, set_text, slot_named, undrawable_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailing.rendering.art import Art
    from mailing.rendering.compiling import CompiledBlock, Place, Shape
    from mailing.rendering.sheets import Block
    from mailing.rendering.slots import Slot

PAGE_HEIGHT = 841.889764
# From here on in px from the top left, the ink of the texts for everything that follows.
_PX = f".75 0 0 -.75 0 {PAGE_HEIGHT} cm\n"
_INK = "0.101961 0.101961 0.101961 rg\nBT\n"
_MOST_KEPT = 5_000

# What is wrong with a text: slot, code, detail.
Problem = tuple[str, str, str]
Lines = tuple[Line, ...]


class SetBlock(NamedTuple):
    """A block whose texts have been broken into lines."""

    block: Block
    lines: list[Lines]
    shape: Shape


def set_block(block: Block, problems: list[Problem]) -> SetBlock:
    """Break the texts of a block into lines; a text that cannot be set exactly goes to the problems."""
    lines: list[Lines] = []
    plain_width = face().plain_width
    for (name, slot, room, kept), text in zip(_places_for(block.slots), block.texts, strict=True):
        if not text:
            lines.append(())
        elif text in kept:
            lines.append(kept[text])
        else:
            width = plain_width(text)
            # The usual case first: every character stands for itself, and all fit on one line.
            done: Lines = (
                (Line(text, 1.0),)
                if width is not None and width <= room
                else _set(name, slot, text, problems)
            )
            lines.append(done)
            if slot.repeats and len(kept) < _MOST_KEPT:
                kept[text] = done
    return SetBlock(block, lines, bytes(map(len, lines)))


@cache
def _places_for(slots: tuple[str, ...]) -> list[tuple[str, Slot, float, dict[str, Lines]]]:
    return [
        (name, slot, slot.room, _kept(name.partition(".")[0]))
        for name, slot in ((name, slot_named(name)) for name in slots)
    ]


@cache
def _kept(_name: str) -> dict[str, Lines]:
    """The texts of a slot that have been set before, where few fill it over and over."""
    return {}


def _set(name: str, slot: Slot, text: str, problems: list[Problem]) -> Lines:
    if undrawable := undrawable_in(text):
        problems.append((name.partition(".")[0], *undrawable))
        return ()
    try:
        return set_text(text, slot)
    except DoesNotFit as error:
        problems.append((name.partition(".")[0], "does_not_fit", str(error)))
        return ()


def compile_sheets(sheets: Iterable[Iterable[SetBlock]]) -> None:
    """Let everything the sheets need be compiled, in one pass.

    :raises CannotPrint: see `Compiler.compile`.
    """
    known = compiler().known
    missing = {
        key: (block, shape)
        for sheet in sheets
        for block, _lines, shape in sheet
        if (key := (block.template, block.fixed, block.slots, shape)) not in known
    }
    compiler().compile(missing.values())


def page_of(sheet: Iterable[SetBlock]) -> tuple[str, list[Art]]:
    """The operators of a page, and the art it calls by name, in order."""
    known = compiler().known
    arts: list[Art] = []
    codes: list[str] = []
    texts: list[str] = []
    for block, lines, shape in sheet:
        compiled = known[block.template, block.fixed, block.slots, shape]
        if compiled.art:
            arts.append(compiled.art)
        codes += [_code(compiled, name, payload) for name, payload in block.codes if payload]
        texts += _texts(compiled, lines)
    called = "".join([f"/{art.name} Do\n" for art in arts])
    return f"{called}{_PX}{''.join(codes)}{_INK}{''.join(texts)}ET", arts


def _texts(compiled: CompiledBlock, lines: list[Lines]) -> list[str]:
    """The operators of a block's texts; of slots that few texts fill over and over they are kept."""
    made = []
    for place, said, kept in zip(compiled.lines, lines, compiled.kept, strict=True):
        if not said:
            continue
        text = said[0].text
        if kept is None:
            made.append("".join([_text(start, line) for start, line in zip(place, said, strict=True)]))
        elif text in kept:
            made.append(kept[text])
        else:
            made.append(_text(place[0], said[0]))
            if len(kept) < _MOST_KEPT:
                kept[text] = made[-1]
    return made


def _text(place: Place, line: Line) -> str:
    text, squeeze = line
    resource, codes = face().coded(text)
    shown = f"1 0 0 -1 {place.at} Tm /{resource} {place.size} Tf <{codes}> Tj\n"
    return shown if squeeze == 1 else _squeezed(shown, place, squeeze)


def _squeezed(shown: str, place: Place, squeeze: float) -> str:
    """The same, scaled about the line's left end in a matrix of its own, as the layout engine does it: put into the text
    matrix, the scale would be rounded elsewhere and move a glyph by a hair."""
    return f"ET q {number(squeeze)} 0 0 1 {number(place.left * (1 - squeeze))} 0 cm BT\n{shown}ET Q BT\n"


def _code(compiled: CompiledBlock, name: str, payload: str) -> str:
    return f"q {compiled.codes[name]} cm\n{inline_image(picture_of(name, payload))}Q\n"
