"""Files of millions on their way in: judged block by block; what is surely good may go straight to its table.

The stage is the one of `bulk`, and so are the rules: every row that does not go straight is staged there. What goes straight, and
that it is none of the rows a whole-file rule could touch, is decided by a `Straight`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from backoffice.file_intake.blocks import Block, blocks_of
from backoffice.file_intake.blockwise import rows_as_text
from backoffice.file_intake.bulk import (
    MOST_PROBLEMS_WAITING,
    Judged,
    copy_staged,
    create_stage,
    old_objects_left_alone,
)
from backoffice.file_intake.copy_behind import copy_behind
from backoffice.file_intake.parts import Row
from japan.blanks import trim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from backoffice.file_intake.bulk import BulkStage
    from backoffice.file_intake.parts import BrokenRow
    from backoffice.file_intake.reader import Table
    from backoffice.progress import Report

    Columns = Mapping[str, pa.StringArray]
    JudgeBlock = Callable[[Columns], tuple[Columns, pa.BooleanArray]]

_MOST_BYTES_WAITING = 4 << 20


class Straight(Protocol):
    """Rows that go to their table without being staged."""

    @property
    def copy(self) -> str:
        """The COPY statement that takes them."""

    def taken(self, columns: Columns, good: pa.BooleanArray) -> tuple[memoryview, pa.BooleanArray]:
        """The rows it takes of a judged block, as COPY reads them, and which those are. `columns` has `line` too."""

    def store_waiting(self, cursor: Any) -> None:
        """Store what it noted of the rows it took, while no COPY runs."""

    @property
    def bytes_waiting(self) -> int:
        """How much it has noted."""


def stage_blocks(
    table: Table, stage: BulkStage, judge: JudgeBlock, *, straight: Straight | None, progress: Report | None
) -> int:
    """Judge every row of a file; COPY it into the stage's tables, or where `straight` wants it. Return the rows read.

    `judge` returns the staged columns of a block and which rows it vouches for; the others are judged one by one by the stage's
    judge. `progress(bytes read, bytes in all, rows read)` is called now and then; if it raises, nothing was done.
    """
    rows, parts = 0, blocks_of(table)
    with connection.cursor() as cursor, old_objects_left_alone():
        create_stage(cursor, stage)
        is_last = False
        while not is_last:
            waiting = _Waiting(stage, judge, straight)
            with copy_behind(cursor, straight.copy if straight else copy_staged(stage)) as write:
                for part in parts:
                    write(waiting.first(part))
                    if progress:
                        progress(table.bytes_read, table.size, rows + waiting.judged.rows)
                    if waiting.is_much():
                        break
                else:
                    is_last = True
            waiting.store(cursor)
            rows += waiting.judged.rows
        cursor.execute(f"ANALYZE {stage.name}, {stage.problems}")
    return rows


class _Waiting:
    """What was found between two breaks of the first COPY, in which the rest is stored."""

    def __init__(self, stage: BulkStage, judge: JudgeBlock, straight: Straight | None) -> None:
        self._stage = stage
        self._judge = judge
        self._straight = straight
        self._staged: list[str | memoryview] = []
        self._bytes = 0
        self.judged = Judged(stage)

    def first(self, part: Block | Row | BrokenRow) -> str | memoryview:
        """What the first COPY takes of a part of the file."""
        if isinstance(part, Block):
            text = self._block(part)
        elif isinstance(part, Row):
            self._keep(self.judged.row(part))
            text = ""
        else:
            self.judged.broken(part)
            text = ""
        return text

    def is_much(self) -> bool:
        """Whether it is time to store what waits."""
        waiting = self._bytes + (self._straight.bytes_waiting if self._straight else 0)
        return waiting > _MOST_BYTES_WAITING or len(self.judged.problems) > MOST_PROBLEMS_WAITING

    def store(self, cursor: Any) -> None:
        """Store what the first COPY did not take."""
        if self._staged:
            with cursor.copy(copy_staged(self._stage)) as copy:
                for text in self._staged:
                    copy.write(text)
        self.judged.copy_problems(cursor)
        if self._straight:
            self._straight.store_waiting(cursor)

    def _block(self, block: Block) -> str | memoryview:
        for broken in block.broken:
            self.judged.broken(broken)
        if not len(block.lines):
            return ""
        columns, good = self._judge(block.cells)
        columns = {"line": block.lines.cast(pa.string()), **columns}
        if self._stage.opaque:
            columns[self._stage.opaque] = _random_uuids(len(block.lines))
        for row in _rows(block, pc.invert(good)):
            self._keep(self.judged.row(row))
        self.judged.rows += pc.sum(good).as_py() or 0
        if not self._straight:
            return self._staged_rows(columns, good)
        text, taken = self._straight.taken(columns, good)
        self._keep(self._staged_rows(columns, pc.and_not(good, taken)))
        return text

    def _keep(self, text: str | memoryview) -> None:
        if len(text):
            self._staged.append(text)
            self._bytes += len(text)

    def _staged_rows(self, columns: Columns, wanted: pa.BooleanArray) -> memoryview:
        names = ["line", *self._stage.columns, *([self._stage.opaque] if self._stage.opaque else [])]
        return rows_as_text([columns[name].filter(wanted) for name in names])


def _rows(block: Block, wanted: pa.BooleanArray) -> Iterator[Row]:
    lines = block.lines.filter(wanted).to_pylist()
    if not lines:
        return
    cells = [column.filter(wanted).to_pylist() for column in block.cells.values()]
    for line, *values in zip(lines, *cells, strict=True):
        yield Row(line, dict(zip(block.cells, map(trim, values), strict=True)))


def _random_uuids(count: int) -> pa.StringArray:
    """Random 128-bit ids: made here at a fraction of what the server takes for them."""
    digits = pa.py_buffer(os.urandom(16 * count).hex().encode())
    return (
        pa.FixedSizeBinaryArray.from_buffers(pa.binary(32), count, [None, digits])
        .cast(pa.binary())
        .cast(pa.string())
    )
