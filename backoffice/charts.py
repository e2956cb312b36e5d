"""Numbers as pictures: geometry computed here, drawn as SVG by a partial, the numbers as a table beside.

No script and no inline style is needed: the pictures pass the content security policy, and they print.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

BAR_LENGTH = 100
COLUMN_HEIGHT = 120
COLUMN_STEP = 40
COLUMN_WIDTH = 26


@dataclass(frozen=True)
class Stage:
    """One step of a funnel; `of` is what it is a part of where that is not the funnel's first step, `unit` what is counted."""

    label: StrOrPromise
    value: int
    url: str = ""
    note: StrOrPromise = ""
    unit: StrOrPromise = ""
    of: int | None = None


@dataclass(frozen=True)
class Bar:
    """One line of a bar chart; `of` is what the value is a part of (100 %), where that is known."""

    label: StrOrPromise
    value: int
    of: int | None = None
    url: str = ""


@dataclass(frozen=True)
class Week:
    """One column over time, with what was expected of it."""

    label: StrOrPromise
    value: int
    expected: int | None = None


@dataclass(frozen=True)
class DrawnBar:
    """A bar or stage with its length from 0 to 100, and its share of the whole in per cent."""

    source: Bar | Stage
    length: int
    share: int | None


@dataclass(frozen=True)
class DrawnColumn:
    """A column with its box, the height of the mark of what was expected, and the middle its label
    stands under.
    """

    source: Week
    x: int
    y: int
    height: int
    mark_y: int | None
    middle: int


def scaled(value: int, largest: int, length: int) -> int:
    """`value` on a scale on which `largest` is `length`; something is never drawn as nothing."""
    if value <= 0 or largest <= 0:
        return 0
    return max(round(value * length / largest), 1)


def drawn_bars(bars: Sequence[Bar]) -> list[DrawnBar]:
    """Bars on one common scale; a bar with `of` on its own, from 0 to 100 %."""
    largest = max((bar.value for bar in bars if bar.of is None), default=0)
    return [
        DrawnBar(
            bar,
            scaled(bar.value, largest if bar.of is None else max(bar.of, bar.value), BAR_LENGTH),
            None if bar.of is None else percent(bar.value, bar.of),
        )
        for bar in bars
    ]


def drawn_stages(stages: Sequence[Stage]) -> list[DrawnBar]:
    """The steps of a funnel, each measured by what it is a part of, else by the first one."""
    first = stages[0].value if stages else 0
    drawn = []
    for stage in stages:
        whole = first if stage.of is None else stage.of
        largest = max(whole, stage.value)
        drawn.append(DrawnBar(stage, scaled(stage.value, largest, BAR_LENGTH), percent(stage.value, whole)))
    return drawn


def drawn_weeks(weeks: Sequence[Week]) -> list[DrawnColumn]:
    """Columns side by side on one scale, with a mark at the expected value."""
    largest = max((max(week.value, week.expected or 0) for week in weeks), default=0)
    columns = []
    for index, week in enumerate(weeks):
        height = scaled(week.value, largest, COLUMN_HEIGHT)
        mark = (
            None if week.expected is None else COLUMN_HEIGHT - scaled(week.expected, largest, COLUMN_HEIGHT)
        )
        x = index * COLUMN_STEP + (COLUMN_STEP - COLUMN_WIDTH) // 2
        columns.append(DrawnColumn(week, x, COLUMN_HEIGHT - height, height, mark, x + COLUMN_WIDTH // 2))
    return columns


def percent(value: int, whole: int) -> int:
    """`value` in per cent of `whole`, rounded down, so that 100 % means all; 0 where there is no whole."""
    return value * 100 // whole if whole > 0 else 0
