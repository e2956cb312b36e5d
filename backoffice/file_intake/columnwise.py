"""Judging many cells of one column at once, with the very functions that judge a single one (`cells`).

A judged cell is the text COPY stages for it, or None: then the whole row is judged by itself, which finds out what is
wrong with it, if anything. Columns with few different cells remember each; the others are looked through as one text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from backoffice.file_intake.cells import Cells
from japan.blanks import BLANKS, trim

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_REMEMBERED = 100_000
NULL = "\\N"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
TO_ESCAPE = re.compile(r"[\\\t\n\r]")
NUL = "\0"  # in no cell that reaches this module
_EDGES = (*(f"{NUL}{blank}" for blank in BLANKS), *(f"{blank}{NUL}" for blank in BLANKS))
BEGINNING = 4  # characters; the longest name of a prefecture


def copied(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    text = str(value)
    return text.translate(_ESCAPED) if TO_ESCAPE.search(text) else text


class Remembered(dict[str, str | None]):
    """What the cells of a column are staged as: each different cell is judged once, up to a limit of memory."""

    def __init__(self, column: str, judge: Callable[[Cells], Any]) -> None:
        super().__init__()
        self._column = column
        self._judge = judge

    def __missing__(self, cell: str) -> str | None:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        cells = Cells({self._column: trim(cell)})
        value = self._judge(cells)
        self[cell] = found = None if cells.problems else copied(value)
        return found

    def column(self, cells: Sequence[str]) -> list[str | None]:
        """Every cell of a column."""
        return list(map(self.__getitem__, cells))


class ManyTexts:
    """Columns in which nearly every cell is another: a block of them is good as a whole if no cell has surrounding blanks,
    a wrong length, a character that is not `is_good` by itself, or a beginning that is not `begins_well`; else each cell
    is judged."""

    def __init__(
        self,
        column: str,
        judge: Callable[[Cells], Any],
        *,
        lengths: tuple[int, int],
        is_good: Callable[[str], bool],
        begins_well: Callable[[str], bool] | None = None,
    ) -> None:
        self._one = Remembered(column, judge)
        self._least, self._most = lengths
        # A character to escape sends the column to `Remembered`, which does it.
        self._good = Found(lambda character: not TO_ESCAPE.match(character) and is_good(character))
        self._begun = Found(begins_well) if begins_well else None

    def column(self, cells: Sequence[str]) -> Sequence[str | None]:
        """Every cell of a column."""
        return cells if self._are_good(cells) else self._one.column(cells)

    def _are_good(self, cells: Sequence[str]) -> bool:
        if len(min(cells, key=len)) < self._least or len(max(cells, key=len)) > self._most:
            return False
        joined = f"{NUL}{NUL.join(cells)}{NUL}"
        return (
            not any(edge in joined for edge in _EDGES)
            and self._good.holds(set(joined) - {NUL})
            and (self._begun is None or self._begun.holds({cell[:BEGINNING] for cell in cells}))
        )


class Found:
    """Texts found to be good, each asked about once, up to a limit of memory."""

    def __init__(self, is_good: Callable[[str], bool]) -> None:
        self._is_good = is_good
        self._good: set[str] = set()

    def holds(self, texts: set[str]) -> bool:
        """Whether all of these are good."""
        return not self.wanting(texts)

    def wanting(self, texts: set[str]) -> set[str]:
        """Those that are not good."""
        fresh = texts - self._good
        if not fresh:
            return fresh
        if len(self._good) >= MOST_REMEMBERED:
            self._good.clear()
        good = {text for text in fresh if self._is_good(text)}
        self._good |= good
        return fresh - good


def all_at_once(change: Callable[[str], str], cells: Sequence[str]) -> list[str]:
    """`change` of every cell, for a `change` that treats what stands on either side of a NUL as two texts."""
    return change(NUL.join(cells)).split(NUL)
