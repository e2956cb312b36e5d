"""Cutting a whole block of lines into columns at once, wherever that gives the same as cutting row by row."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.file_intake.parts import BrokenRow, Stretch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backoffice.file_intake.columns import Column
    from backoffice.file_intake.lines import Lines

_MOST_CELL_CHARACTERS = csv.field_size_limit()


class Cut:
    """How the rows of one file are cut: the columns in their order, and those the file came without."""

    def __init__(self, order: Sequence[str], columns: Sequence[Column]) -> None:
        self.order = tuple(order)
        self.width = len(order)
        self.absent = {column.name: "" for column in columns if column.name not in order}

    def block(self, lines: Lines) -> Stretch | None:
        """The next block as columns; nothing if it has to be cut row by row (its lines are then still to be read), or at
        the end of the file."""
        first, block = lines.read + 1, lines.block()
        rows = self._rows(block)
        if rows is None:
            lines.give_back(block)
            lines.hard = True
            return None
        return self._stretch(first, block, rows)

    def uncountable(self, line: int, found: int) -> BrokenRow:
        """A row with too few or too many cells."""
        message = _("列の数が見出しと合いません（見出し%(expected)d列、この行%(found)d列）。")
        return BrokenRow(line, "column_count", message % {"expected": self.width, "found": found})

    def _rows(self, block: list[str]) -> list[list[str]] | None:
        if not block or max(map(len, block)) > _MOST_CELL_CHARACTERS:
            return None
        text = "".join(block)
        if "\0" in text or text.count("\r") != text.count("\r\n"):
            return None
        if '"' in text:
            return _quoted(block)
        return [line.rstrip("\r\n").split(",") for line in block]

    def _stretch(self, first: int, block: list[str], rows: list[list[str]]) -> Stretch:
        numbers: Sequence[int] = range(first, first + len(rows))
        broken: list[BrokenRow] = []
        if set(map(len, rows)) != {self.width}:
            broken = [
                self.uncountable(line, len(row))
                for line, row, text in zip(numbers, rows, block, strict=True)
                if len(row) != self.width and text.strip("\r\n")
            ]
            kept = [(line, row) for line, row in zip(numbers, rows, strict=True) if len(row) == self.width]
            numbers, rows = [line for line, _row in kept], [row for _line, row in kept]
        columns: list[Sequence[str]] = [*zip(*rows, strict=True)] if rows else [()] * self.width
        cells = dict(zip(self.order, columns, strict=True))
        return Stretch(numbers, {**cells, **dict.fromkeys(self.absent, ("",) * len(rows))}, broken)


def _quoted(block: list[str]) -> list[list[str]] | None:
    """The rows of a block with quotes in it, if every line is a row by itself."""
    try:
        rows = list(csv.reader(block, strict=True))
    except csv.Error:
        return None
    return rows if len(rows) == len(block) else None
