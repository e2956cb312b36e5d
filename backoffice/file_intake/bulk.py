"""Large files on their way in: judged column by column, copied into a temporary table, decided by statements that touch
only the rows with a problem.

A staged file is two temporary tables: its rows under their line, and `<name>_problem`, one line for each broken rule.
Both vanish with the transaction: a crash leaves nothing behind, and nothing of a refused file.
"""

from __future__ import annotations

import gc
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg import sql

from backoffice.file_intake.cells import Problem
from backoffice.file_intake.columnwise import copied
from backoffice.file_intake.parts import BrokenRow, Row, Stretch
from backoffice.file_intake.reader import trimmed_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from backoffice.file_intake.reader import Table
    from backoffice.file_intake.staging import Judge
    from backoffice.progress import Report

    JudgeColumns = Callable[[Mapping[str, Sequence[str]]], tuple[list[Sequence[str | None]], set[int]]]

# Whole-file problems of a line stand behind those of its own cells, of which there are fewer.
FIRST_WHOLE_FILE_PLACE = 100
MOST_PROBLEMS_WAITING = 20_000


def each_by_itself(cells: Mapping[str, Sequence[str]]) -> tuple[list[Sequence[str | None]], set[int]]:
    """Judges no column: vouches for none of the rows."""
    return [], set(range(len(next(iter(cells.values())))))


@dataclass(frozen=True, slots=True)
class BulkStage:
    """Where a file is staged and how its rows are judged.

    `columns` maps each staged value to its SQL type. `judge` judges one row and is the word on what is right;
    `judge_columns` returns the staged columns of many rows as COPY reads them, and the places of those rows it does not
    vouch for: they are judged by `judge`.
    """

    name: str
    columns: Mapping[str, str]
    judge: Judge
    judge_columns: JudgeColumns = each_by_itself
    opaque: str = ""  # a further column, filled with a random uuid

    @property
    def problems(self) -> str:
        """The table of broken rules."""
        return f"{self.name}_problem"


def stage_in_bulk(table: Table, stage: BulkStage, *, progress: Report | None) -> int:
    """Judge every row of a file and COPY it into the stage's tables; return the rows read.

    Rows that cannot be cut into cells have a problem and no staged row. `progress(bytes read, bytes in all, rows read)` is called
    now and then; if it raises, nothing was done.
    """
    rows = 0
    stretches = table.stretches()
    with connection.cursor() as cursor, old_objects_left_alone():
        create_stage(cursor, stage)
        while True:
            judged = Judged(stage)
            with cursor.copy(copy_staged(stage)) as copy:
                for text in judged.texts(stretches):
                    copy.write(text)
                    if progress:
                        progress(table.bytes_read, table.size, rows + judged.rows)
            judged.copy_problems(cursor)
            rows += judged.rows
            if judged.is_last:
                break
        cursor.execute(_composed("ANALYZE {}, {}", stage.name, stage.problems))
    return rows


@contextmanager
def old_objects_left_alone() -> Iterator[None]:
    """Millions of short-lived cells make the garbage collector look at everything else again and again: not here."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


class Judged:
    """The rows judged between two breaks, in which the problems found so far are stored."""

    def __init__(self, stage: BulkStage) -> None:
        self._stage = stage
        self._names = tuple(stage.columns)
        self.problems: list[tuple[int, int, str, str, str, str]] = []
        self.rows = 0
        self.is_last = False

    def texts(self, parts: Iterator[Stretch | Row | BrokenRow]) -> Iterator[str]:
        """Staged rows as COPY reads them, until there are many problems or no more rows."""
        for part in parts:
            if isinstance(part, Stretch):
                yield from self._stretch(part)
            elif isinstance(part, Row):
                yield self.row(part)
            else:
                self.broken(part)
            if len(self.problems) > MOST_PROBLEMS_WAITING:
                return
        self.is_last = True

    def copy_problems(self, cursor: Any) -> None:
        """Store the problems found."""
        copy_in = _composed(
            'COPY {} (line, place, "column", rule, message, shape) FROM STDIN', self._stage.problems
        )
        with cursor.copy(copy_in) as copy:
            for problem in self.problems:
                copy.write_row(problem)

    def _stretch(self, part: Stretch) -> Iterator[str]:
        for broken in part.broken:
            self.broken(broken)
        if not part.lines:
            return
        columns, doubted = self._stage.judge_columns(part.cells)
        columns = [[str(line) for line in part.lines], *columns]
        rows = list(zip(*columns, strict=True))
        self.rows += len(rows)
        if doubted:
            yield "".join(self.row(trimmed_row(part, place), counted=True) for place in sorted(doubted))
            rows = [row for place, row in enumerate(rows) if place not in doubted]
        yield "".join(["\n".join(map("\t".join, rows)), "\n"]) if rows else ""

    def row(self, row: Row, *, counted: bool = False) -> str:
        """One row by itself, as COPY reads it."""
        self.rows += not counted
        values, problems = self._stage.judge(row.values)
        self._note(row.line, problems)
        cells = [str(row.line), *(copied(values[name]) for name in self._names)]
        if self._stage.opaque:
            cells.append(os.urandom(16).hex())
        return "\t".join(cells) + "\n"

    def broken(self, row: BrokenRow) -> None:
        """A row that could not be cut."""
        self.rows += 1
        self._note(row.line, [Problem("", row.rule, row.message)])

    def _note(self, line: int, problems: Sequence[Problem]) -> None:
        self.problems += [
            (line, place, p.column, p.rule, p.message, p.shape) for place, p in enumerate(problems)
        ]


def judged_texts(stage: BulkStage, stretch: Stretch) -> tuple[str, list[tuple[int, int, str, str, str, str]]]:
    """The rows of one stretch as COPY reads them, and (line, place, column, rule, message, shape) of every broken rule."""
    judged = Judged(stage)
    return "".join(judged.texts(iter([stretch]))), judged.problems


def create_stage(cursor: Any, stage: BulkStage) -> None:
    """Make the two tables of a stage."""
    opaque = {stage.opaque: "uuid"} if stage.opaque else {}
    definition = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
        for column, kind in {"line": "integer", **stage.columns, **opaque}.items()
    )
    for name, columns in (
        (stage.name, definition),
        (
            stage.problems,
            sql.SQL('line integer, place integer, "column" text, rule text, message text, shape text'),
        ),
    ):
        for statement in ("DROP TABLE IF EXISTS {0}", "CREATE TEMPORARY TABLE {0} ({1}) ON COMMIT DROP"):
            composed = sql.SQL(statement).format(sql.Identifier("pg_temp", name), columns)
            cursor.execute(composed.as_string(connection.connection))


def copy_staged(stage: BulkStage) -> str:
    """The statement that takes staged rows."""
    names = ["line", *stage.columns, *([stage.opaque] if stage.opaque else [])]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    return (
        sql.SQL("COPY {} ({}) FROM STDIN")
        .format(sql.Identifier(stage.name), columns)
        .as_string(connection.connection)
    )


def _composed(statement: str, *names: str) -> str:
    return sql.SQL(statement).format(*map(sql.Identifier, names)).as_string(connection.connection)


def note_problem(stage: BulkStage, *, lines: str, place: int, problem: Problem, **params: int) -> int:
    """Note a whole-file problem on every line that `lines`, SQL of ours with the parameters it names, selects; return how
    many those are. `place` orders the problems of a line."""
    insert = _composed(
        "INSERT INTO {} SELECT line, %(place)s, %(column)s, %(rule)s, %(message)s, '' FROM (", stage.problems
    )
    values: dict[str, str | int] = {
        "place": place,
        "column": problem.column,
        "rule": problem.rule,
        "message": problem.message,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{insert}{lines}) AS found", {**values, **params})
        return int(cursor.rowcount)


def store_bulk_rejects(stage: BulkStage, *, reject_table: str, source_id: int) -> int:
    """Keep one reject per broken rule; return the number of rejected rows."""
    insert = _composed(
        """INSERT INTO {} (source_id, line, "column", rule, message, shape)
        SELECT %s, line, "column", rule, message, shape FROM {} ORDER BY line, place""",
        reject_table,
        stage.problems,
    )
    with connection.cursor() as cursor:
        cursor.execute(insert, [source_id])
        cursor.execute(_composed("SELECT count(DISTINCT line) FROM {}", stage.problems))
        count = int(cursor.fetchone()[0])
        cursor.execute(_composed("ANALYZE {}", stage.problems))
    return count
