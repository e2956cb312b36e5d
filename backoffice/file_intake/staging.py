"""Rows on their way in: COPY into a temporary table, then set-based statements decide and store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from backoffice.file_intake.cells import Problem
from backoffice.file_intake.reader import BrokenRow, Row, Table

Judge = Callable[[Mapping[str, str]], tuple[Mapping[str, Any], list[Problem]]]
Progress = Callable[[int, int], None]
_REPORT_EVERY = 1000


def stage_rows(table: Table, *, name: str, columns: Mapping[str, str], judge: Judge, progress: Progress | None) -> int:
    """Judge every row of a file and COPY it into the temporary table `name` (dropped at commit); return the rows read.

    `columns` maps each staged value to its SQL type; two more are added: `line` and `problems` (a JSON list of
    {column, rule, message}). Rows that cannot be cut into cells are staged with nothing but those two.
    `progress(bytes read, bytes in all)` is called now and then; if it raises, nothing was done.
    """
    types = {"line": "integer", "problems": "jsonb", **columns}
    definition = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(n), sql.SQL(t)) for n, t in types.items())  # type: ignore[arg-type]
    create = sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(sql.Identifier(name), definition)
    copy_in = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, types))
    )
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(create.as_string(connection.connection))
        with cursor.copy(copy_in.as_string(connection.connection)) as copy:
            for count, row in enumerate(_staged(table, tuple(columns), judge), 1):
                copy.write_row(row)
                if progress and count % _REPORT_EVERY == 0:
                    progress(table.bytes_read, table.size)
    return count


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
    return json.dumps([{"column": p.column, "rule": p.rule, "message": p.message} for p in problems], ensure_ascii=False)


def add_problem(name: str, *, condition: str, problem: Problem) -> int:
    """Note a whole-file problem on every staged row that meets `condition` (SQL of ours, over the alias `s`)."""
    statement = sql.SQL("UPDATE {} AS s SET problems = problems || %s::jsonb WHERE ").format(sql.Identifier(name)) + sql.SQL(
        condition  # type: ignore[arg-type]
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection), [_json([problem])])
        return int(cursor.rowcount)


def store_rejects(name: str, *, reject_table: str, source_id: int) -> int:
    """Keep one reject per broken rule; return the number of rejected rows."""
    insert = sql.SQL(
        """
        INSERT INTO {rejects} (source_id, line, "column", rule, message)
        SELECT %s, s.line, p.problem->>'column', p.problem->>'rule', p.problem->>'message'
        FROM {staged} AS s, jsonb_array_elements(s.problems) WITH ORDINALITY AS p (problem, place)
        ORDER BY s.line, p.place
        """
    ).format(rejects=sql.Identifier(reject_table), staged=sql.Identifier(name))
    count = sql.SQL("SELECT count(*) FROM {} WHERE problems <> '[]'").format(sql.Identifier(name))
    with connection.cursor() as cursor:
        cursor.execute(insert.as_string(connection.connection), [source_id])
        cursor.execute(count.as_string(connection.connection))
        return int(cursor.fetchone()[0])
