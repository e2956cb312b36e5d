"""Setting a text into its slot: one line, squeezed, two lines, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from japan.names import forbidden_in_name
from mailing.rendering.faces import clusters, face
from mailing.rendering.slots import LEAST_SQUEEZE, MM_PER_PT, SLOTS, Slot


@dataclass(frozen=True, slots=True)
class Line:
    """One line as set: the text and its horizontal scale (1 = not squeezed), rounded to five decimals."""

    text: str
    squeeze: float


class DoesNotFit(ValueError):
    """The text is too long for its slot even squeezed and on all its lines."""


def natural_width(text: str, size: float) -> float:
    """The width of a text in mm at a size in pt, not squeezed. Undrawable clusters count as one em."""
    ems = 0.0
    for cluster in clusters(text):
        width = face().width(cluster)
        ems += 1.0 if width is None else width
    return ems * size * MM_PER_PT


def set_text(text: str, slot: Slot) -> tuple[Line, ...]:
    """The lines of a text in a slot.

    :raises DoesNotFit: it does not fit exactly.
    """
    factor = _factor(text, slot)
    if factor >= LEAST_SQUEEZE:
        return (Line(text, factor),)
    if slot.lines > 1:
        head, tail = _break(text, slot)
        if tail and _factor(tail, slot) >= LEAST_SQUEEZE:
            return (Line(head, _factor(head, slot)), Line(tail, _factor(tail, slot)))
    raise DoesNotFit(f"{natural_width(text, slot.size):.1f} mm")


def undrawable_in(text: str) -> tuple[str, str] | None:
    """The first character that must not or cannot be drawn in the face, as (code, its code points), or nothing."""
    if bad := forbidden_in_name(text):
        return "forbidden_character", _points(bad)
    if missing := face().uncovered(text):
        return "missing_glyph", _points(missing[0])
    return None


def problem_of(text: str, slot_name: str) -> tuple[str, str] | None:
    """Why a text cannot be set exactly in the named slot, as (code, detail), or nothing. The detail names code points and
    lengths, never the text."""
    if undrawable := undrawable_in(text):
        return undrawable
    try:
        set_text(text, SLOTS[slot_name])
    except DoesNotFit as error:
        return "does_not_fit", str(error)
    return None


def _factor(text: str, slot: Slot) -> float:
    width = natural_width(text, slot.size)
    return 1.0 if width <= slot.width else int(slot.width / width * 100_000) / 100_000


def _break(text: str, slot: Slot) -> tuple[str, str]:
    """Half of the text or a little more on the first line, so that both are squeezed alike."""
    parts = clusters(text)
    half = natural_width(text, slot.size) / 2
    taken = 0
    width = 0.0
    while taken < len(parts) and width < half:
        width += natural_width(parts[taken], slot.size)
        taken += 1
    return "".join(parts[:taken]), "".join(parts[taken:])


def _points(cluster: str) -> str:
    return " ".join(f"U+{ord(character):04X}" for character in cluster)
