"""Rows on their way in: COPY into a temporary table, then set-based statements decide and store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg import sql

from backoffice.file_intake.cells import Problem
from backoffice.file_intake.parts import BrokenRow, Row

if TYPE_CHECKING:
    from backoffice.file_intake.reader import Table
    from backoffice.progress import Report

Judge = Callable[[Mapping[str, str]], tuple[Mapping[str, Any], list[Problem]]]
MOST_FILE_NAME_CHARACTERS = 200
_REPORT_EVERY = 1000


def stage_rows(
    table: Table, *, name: str, columns: Mapping[str, str], judge: Judge, progress: Report | None
) -> int:
    """Judge every row of a file and COPY it into the temporary table `name`; return the rows read.

    `columns` maps each staged value to its SQL type; two more are added: `line` and `problems` (a JSON list
    of {column, rule, message, shape}). Rows that cannot be cut into cells are staged with nothing but those two. The
    table lives until the commit or the next file. `progress(bytes read, bytes in all, rows read)` is
    called now and then; if it raises, nothing was done.
    """
    types = {"line": "integer", "problems": "jsonb", **columns}
    count = 0
    with connection.cursor() as cursor:
        _create(cursor, name, types)
        copy_in = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, types))
        )
        with cursor.copy(copy_in.as_string(connection.connection)) as copy:
            for row in _staged(table, tuple(columns), judge):
                copy.write_row(row)
                count += 1
                if progress and count % _REPORT_EVERY == 0:
                    progress(table.bytes_read, table.size, count)
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(name)).as_string(connection.connection))
    return count


def _create(cursor: Any, name: str, types: Mapping[str, str]) -> None:
    definition = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in types.items()
    )
    for statement in ("DROP TABLE IF EXISTS {0}", "CREATE TEMPORARY TABLE {0} ({1}) ON COMMIT DROP"):
        composed = sql.SQL(statement).format(sql.Identifier("pg_temp", name), definition)
        cursor.execute(composed.as_string(connection.connection))


def _staged(table: Table, names: Sequence[str], judge: Judge) -> Iterator[tuple[Any, ...]]:
    nothing = (None,) * len(names)
    for row in table:
        if isinstance(row, BrokenRow):
            yield row.line, _json([Problem("", row.rule, row.message)]), *nothing
        else:
            yield _judged(row, names, judge)


def _judged(row: Row, names: Sequence[str], judge: Judge) -> tuple[Any, ...]:
    values, problems = judge(row.values)
    return row.line, _json(problems), *(values[name] for name in names)


def _json(problems: Iterable[Problem]) -> str:
    return json.dumps(
        [{"column": p.column, "rule": p.rule, "message": p.message, "shape": p.shape} for p in problems],
        ensure_ascii=False,
    )


def add_problem(name: str, *, condition: str, problem: Problem, **params: int) -> int:
    """Note a whole-file problem on every staged row that meets `condition`; return how many rows that are.

    `condition` is SQL of ours over the alias `s`, with the parameters it names.
    """
    statement = sql.SQL("UPDATE {} AS s SET problems = problems || %(problem)s::jsonb WHERE {}").format(
        sql.Identifier(name), sql.SQL(condition)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection), {"problem": _json([problem]), **params})
        return int(cursor.rowcount)


def store_rejects(name: str, *, reject_table: str, source_id: int) -> int:
    """Keep one reject per broken rule; return the number of rejected rows."""
    insert = sql.SQL(
        """
        INSERT INTO {rejects} (source_id, line, "column", rule, message, shape)
        SELECT %s, s.line, p.problem->>'column', p.problem->>'rule', p.problem->>'message', p.problem->>'shape'
        FROM {staged} AS s, jsonb_array_elements(s.problems) WITH ORDINALITY AS p (problem, place)
        ORDER BY s.line, p.place
        """
    ).format(rejects=sql.Identifier(reject_table), staged=sql.Identifier(name))
    count = sql.SQL("SELECT count(*) FROM {} WHERE problems <> '[]'").format(sql.Identifier(name))
    with connection.cursor() as cursor:
        cursor.execute(insert.as_string(connection.connection), [source_id])
        cursor.execute(count.as_string(connection.connection))
        return int(cursor.fetchone()[0])
