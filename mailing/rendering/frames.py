"""Frames: whole pages of certain blocks, ready to be filled with codes and texts at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from mailing.rendering.compiling import compiler
from mailing.rendering.faces import SHORT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mailing.rendering.art import Art
    from mailing.rendering.compiling import Key, Place
    from mailing.rendering.sheets import Form

PAGE_HEIGHT = 841.889764
# From here on in px from the top left, the ink of the texts for everything that follows.
_PX = f".75 0 0 -.75 0 {PAGE_HEIGHT} cm\n"
_INK = "0.101961 0.101961 0.101961 rg\nBT\n"
# How a slot is filled: not at all, with the codes of one line of short signs, or with operators for so many lines and one more.
ABSENT, AS_IT_IS, LINE_BY_LINE = 0, 1, 1


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The operators of a page with a `%s` for the image of each code and then for each text, in order; the places of the lines
    of each slot; and the art the page calls.

    For a text as it is its codes are given, for any other its operators; what is given where nothing stands is passed over.
    """

    operators: bytes
    places: tuple[tuple[Place, ...], ...]
    arts: tuple[Art, ...]


class NotCompiled(LookupError):
    """Some blocks have to be compiled first."""

    def __init__(self, missing: list[Key]) -> None:
        super().__init__(missing)
        self.missing = missing


def frame_of(forms: Sequence[Form], ways: Sequence[int]) -> Frame:
    """The frame of a page of these forms; `ways` tells of each code whether it is there, then how each slot is filled.

    :raises NotCompiled: see there.
    """
    left = iter(ways)
    codes = list(islice(left, sum(len(form.codes) for form in forms)))
    texts = list(left)
    left = iter(texts)
    filled = [list(islice(left, len(form.slots))) for form in forms]
    shapes = [bytes([max(1, way - LINE_BY_LINE) if way else 0 for way in block]) for block in filled]
    keys = list(zip(forms, shapes, strict=True))
    known = compiler().known
    if missing := [key for key in keys if key not in known]:
        raise NotCompiled(missing)
    blocks = [known[key] for key in keys]
    arts = tuple(block.art for block in blocks if block.art)
    boxes = [block.codes[name] for form, block in zip(forms, blocks, strict=True) for name in form.codes]
    places = tuple(place for block in blocks for place in block.lines)
    operators = [
        *(f"/{art.name} Do\n" for art in arts),
        _PX,
        *(f"q {box} cm\n%sQ\n" if there else "%.0s" for box, there in zip(boxes, codes, strict=True)),
        _INK,
        *_slots(places, texts),
        "ET",
    ]
    return Frame("".join(operators).encode("ascii"), places, arts)


def shown(place: Place, resource: str, codes: str) -> str:
    """The operators that show codes of a font resource at their place."""
    return f"1 0 0 -1 {place.at} Tm /{resource} {place.size} Tf <{codes}> Tj\n"


def _slots(places: Sequence[tuple[Place, ...]], ways: Sequence[int]) -> Iterator[str]:
    """Slot by slot; the font is named where it is another than that of the text before."""
    size = ""
    for lines, way in zip(places, ways, strict=True):
        if way == ABSENT:
            yield "%.0s"
        elif way == AS_IT_IS:
            place = lines[0]
            font = "" if place.size == size else f" /{SHORT} {place.size} Tf"
            size = place.size
            yield f"1 0 0 -1 {place.at} Tm{font} (%s) Tj\n"
        else:
            size = ""
            yield "%s"
