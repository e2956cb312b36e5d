"""At a glance: which of many texts stand on one line as they are, in signs with a short code. All the others need care.

Nearly every text does. So they are looked at together: what is true of all of them need not be asked of each.
"""

from __future__ import annotations

from functools import cache
from itertools import chain, compress
from operator import gt
from typing import TYPE_CHECKING, NamedTuple

from mailing.rendering.faces import face, has_loose_mark
from mailing.rendering.typesetting import slot_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Texts are put one under the other: nothing that may be printed holds a line end.
BETWEEN = "\n"
_MOST_KEPT = 5_000
# The signs of numbers, and how wide the widest of them is, in thousandths of an em.
_NARROW, _NARROW_WIDTH = "0123456789-C", 670


class Seen(NamedTuple):
    """The short signs of some texts, and the places of those that need care."""

    signs: set[str]
    with_care: set[int]


class Rooms:
    """What fits the slots of a page."""

    def __init__(self, slots: Iterable[str]) -> None:
        named = [(slot, slot_named(slot)) for slot in slots]
        self.are_numbers = [slot.numbers for _name, slot in named]
        self.are_words = [not slot.numbers for _name, slot in named]
        # No sign is wider than an em.
        self.signs = [int(slot.room // 1000) for _name, slot in named]
        self.numbers = [int(slot.room // (_NARROW_WIDTH if slot.numbers else 1000)) for _name, slot in named]
        self.fitting = [_fitting(name) for name, _slot in named]


class _Fitting(dict[str, bool]):
    """Of one slot: whether a text of short signs stands on one line as it is."""

    def __init__(self, slot: str) -> None:
        super().__init__()
        self._room = slot_named(slot).room
        self._repeats = slot_named(slot).repeats

    def __missing__(self, text: str) -> bool:
        fits = (face().plain_width(text) or 0) <= self._room
        if self._repeats and len(self) < _MOST_KEPT:
            self[text] = fits
        return fits


@cache
def _fitting(slot: str) -> _Fitting:
    return _Fitting(slot)


def look_at(texts: Sequence[str], rooms: Sequence[Rooms]) -> Seen:
    """Look at the texts of some pages, one page's after another's; `rooms` are those of each page."""
    numbers = "".join(_chosen(texts, [room.are_numbers for room in rooms]))
    are_narrow = not numbers.encode("utf-8", "replace").translate(None, _NARROW.encode())
    words = set(_chosen(texts, [room.are_words for room in rooms]) if are_narrow else texts)
    distinct = BETWEEN.join(words)
    signs = set(distinct).union([sign for sign in _NARROW if sign in numbers]) - {BETWEEN}
    strange = signs - face().short
    if distinct.count(BETWEEN) >= max(1, len(words)) or has_loose_mark(distinct):
        not_short = {place for place, text in enumerate(texts) if not face().is_short(text)}
    else:
        not_short = set(_places_of(strange, texts))
    return Seen(signs - strange, not_short | _too_long(texts, rooms, are_narrow=are_narrow))


def _chosen(texts: Sequence[str], chosen: Iterable[Sequence[bool]]) -> Iterator[str]:
    return compress(texts, chain.from_iterable(chosen))


def _places_of(signs: set[str], texts: Sequence[str]) -> Iterator[int]:
    """The places of the texts with one of these signs."""
    joined = BETWEEN.join(texts) if signs else ""
    for sign in signs:
        place, counted, at = 0, 0, joined.find(sign)
        while at >= 0:
            place += joined.count(BETWEEN, counted, at)
            yield place
            counted, at = at, joined.find(sign, at + 1)


def _too_long(texts: Sequence[str], rooms: Sequence[Rooms], *, are_narrow: bool) -> set[int]:
    """The places of the texts of short signs that are too wide for a line as they are."""
    surely_fit = [room.numbers if are_narrow else room.signs for room in rooms]
    long = compress(range(len(texts)), map(gt, map(len, texts), chain.from_iterable(surely_fit)))
    fitting = list(chain.from_iterable([room.fitting for room in rooms]))
    return {place for place in long if not fitting[place][texts[place]]}
