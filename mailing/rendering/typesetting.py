"""Setting a text into its slot: one line, squeezed, two lines, or not at all."""

from __future__ import annotations

from typing import NamedTuple

from japan.names import forbidden_in_name
from mailing.rendering.faces import clusters, face
from mailing.rendering.slots import LEAST_SQUEEZE, MM_PER_PT, SLOTS, Slot


class Line(NamedTuple):
    """One line as set: the text and its horizontal scale (1 = not squeezed), rounded to five decimals."""

    text: str
    squeeze: float


class DoesNotFit(ValueError):
    """The text is too long for its slot even squeezed and on all its lines."""


def slot_named(name: str) -> Slot:
    """The slot of a name; `line_name.3` is a `line_name`."""
    return SLOTS[name.partition(".")[0]]


def width_of(text: str) -> float:
    """The width of a text in thousandths of an em, not squeezed. Undrawable clusters count as one em."""
    plain = face().plain_width(text)
    if plain is not None:
        return plain
    return sum(
        1000.0 if (width := face().width(cluster)) is None else 1000 * width for cluster in clusters(text)
    )


def set_text(text: str, slot: Slot) -> tuple[Line, ...]:
    """The lines of a text in a slot.

    :raises DoesNotFit: it does not fit exactly.
    """
    room = slot.room
    width = width_of(text)
    if width <= room:
        return (Line(text, 1.0),)
    if (factor := _factor(width, room)) >= LEAST_SQUEEZE:
        return (Line(text, factor),)
    if slot.lines > 1:
        lines = [Line(part, _factor(width_of(part), room)) for part in _halves(text, width / 2)]
        if all(line.squeeze >= LEAST_SQUEEZE for line in lines):
            return tuple(lines)
    raise DoesNotFit(f"{width * slot.size * MM_PER_PT / 1000:.1f} mm")


def undrawable_in(text: str) -> tuple[str, str] | None:
    """The first character that must not or cannot be drawn in the face, as (code, its code points), or nothing."""
    if face().plain_width(text) is not None:
        return None
    if bad := forbidden_in_name(text):
        return "forbidden_character", _points(bad)
    if missing := face().uncovered(text):
        return "missing_glyph", _points(missing[0])
    return None


def _factor(width: float, room: float) -> float:
    """How far a text is squeezed, to five decimals: the layout engine writes no more."""
    return 1.0 if width <= room else int(room / width * 100_000) / 100_000


def _halves(text: str, half: float) -> tuple[str, str]:
    """Half of the text or a little more on the first line, so that both are squeezed alike."""
    parts = clusters(text)
    taken = 0
    width = 0.0
    while width < half:
        width += width_of(parts[taken])
        taken += 1
    return "".join(parts[:taken]), "".join(parts[taken:])


def _points(cluster: str) -> str:
    return " ".join(f"U+{ord(character):04X}" for character in cluster)
