"""A load of most of a table: indexes and foreign keys are set aside and made again in one go.

Indexes in place triple the cost of a load, and a foreign key asks the other table once per row; building an index over
all rows and checking a foreign key by one join cost a fraction (docs/performance.md). All within the transaction: whoever
looks meanwhile waits, and a roll-back puts everything back as it was.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAST_ROWS = 50_000
# For this transaction only: sorts and hashes in memory, index builds with both hands. 512 MB is the most one sort takes.
_SETTINGS = {
    "work_mem": "256MB",
    "maintenance_work_mem": "512MB",
    "max_parallel_maintenance_workers": "2",
    "jit": "off",
}
_HASH_JOINS = {"enable_nestloop": "off", "enable_mergejoin": "off"}
_FIND = """
SELECT kind, name, definition FROM (
    SELECT 1 AS rank, 'constraint' AS kind, c.conname AS name, pg_get_constraintdef(c.oid) AS definition
    FROM pg_constraint AS c WHERE c.conrelid = %(table)s::regclass AND (c.contype = 'u' OR c.contype = 'p' AND NOT EXISTS (
        SELECT FROM pg_constraint AS other WHERE other.contype = 'f' AND other.confrelid = c.conrelid))
    UNION ALL
    SELECT 2, 'index', i.relname, pg_get_indexdef(x.indexrelid)
    FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid
    WHERE x.indrelid = %(table)s::regclass
      AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = x.indexrelid AND c.contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT 3, 'constraint', c.conname, pg_get_constraintdef(c.oid)
    FROM pg_constraint AS c WHERE c.conrelid = %(table)s::regclass AND c.contype = 'f' AND (%(updated)s = '' OR EXISTS (
        SELECT FROM pg_attribute AS a WHERE a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey) AND a.attname = %(updated)s))
) AS found ORDER BY rank, name
"""
# An update that touches no index leaves its row in place (HOT), and an index made after that is used by nobody as long as any
# older transaction of the whole server is open: look-ups would read the table from end to end. An index without a row is
# enough to make it an ordinary update.
_STAND_IN_NAME = "todoke_stand_in"
_STAND_IN = f"CREATE INDEX {_STAND_IN_NAME} ON {{}} ({{}}) WHERE false"
_HOLDS_MORE = "SELECT count(*) > %(rows)s FROM (SELECT 1 FROM {} LIMIT %(rows)s + 1) AS first_rows"


def bulk_settings(*, whole_files: bool = False) -> None:
    """Let this transaction sort, hash and build indexes in memory.

    With `whole_files`, joins are hash joins: of a file of text columns the planner expects a handful of matches where
    there are millions; a loop within a loop over them never ends, and sorting the wide rows for a merge doubles the time.
    """
    settings = _SETTINGS | (_HASH_JOINS if whole_files else {})
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])


@contextmanager
def indexes_set_aside(tables: Sequence[str], *, rows: int, updated: str = "") -> Iterator[bool]:
    """Without the indexes and foreign keys of these tables (primary keys stay where another table points to them), if `rows`
    are many and the first table holds no more than that; tells whether. Afterwards they are what they were, and every
    constraint is proven over all rows.

    Where rows of the first table are updated, `updated` names the column with a foreign key that changes in each of them: the
    other foreign keys, whose columns stay as they are, stay, too.
    """
    if not _worth_it(tables[0], rows):
        yield False
        return
    with connection.cursor() as cursor:
        # What waits to be checked at the commit would be checked row by row, and hinder changes of the table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        found = [(table, *row) for table in tables for row in _definitions(table, updated)]
        for table, kind, name, _definition in reversed(found):
            cursor.execute(_dropped(table, kind, name))
        if updated:
            cursor.execute(_named(_STAND_IN, tables[0], updated))
    yield True
    with connection.cursor() as cursor:
        if updated:
            cursor.execute(f"DROP INDEX {_STAND_IN_NAME}")
        for table, kind, name, definition in found:
            cursor.execute(_made_again(table, kind, name, definition))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _worth_it(table: str, rows: int) -> bool:
    if rows < LEAST_ROWS:
        return False
    with connection.cursor() as cursor:
        statement = sql.SQL(_HOLDS_MORE).format(sql.Identifier(table))
        cursor.execute(statement.as_string(connection.connection), {"rows": rows})
        return not cursor.fetchone()[0]


def _definitions(table: str, updated: str) -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {"table": table, "updated": updated})
        return list(cursor.fetchall())


def _named(statement: str, *names: str) -> str:
    return sql.SQL(statement).format(*map(sql.Identifier, names)).as_string(connection.connection)


def _dropped(table: str, kind: str, name: str) -> str:
    if kind == "index":
        return sql.SQL("DROP INDEX {}").format(sql.Identifier(name)).as_string(connection.connection)
    statement = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
    return statement.format(sql.Identifier(table), sql.Identifier(name)).as_string(connection.connection)


def _made_again(table: str, kind: str, name: str, definition: str) -> str:
    if kind == "index":
        return definition
    statement = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} ").format(
        sql.Identifier(table), sql.Identifier(name)
    )
    return statement.as_string(connection.connection) + definition
