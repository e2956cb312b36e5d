"""What a file comes apart into: single rows, rows that cannot be cut, and stretches of rows as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Row:
    """A data row: the physical line it starts on (the header is line 1), its trimmed cells by column name."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A data row that cannot be cut into its cells: `rule` is a stable code."""

    line: int
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows of one block that were cut into cells without any trouble: the line of each, and by column name its cells
    as they stand in the file, not trimmed; and those that have too few or too many cells."""

    lines: Sequence[int]
    cells: Mapping[str, Sequence[str]]
    broken: Sequence[BrokenRow]
