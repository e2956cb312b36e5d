"""The chain over the audit tables: rows are sealed in blocks, each seal carries the digest of the one before.

Whoever alters, removes or slips in a row has to make every later seal anew; the newest digest, kept outside
(it stands in the monthly report), shows even that (domain.md §7, tamper-evident).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from psycopg import sql

from backoffice.models import AuditSeal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

ROWS_PER_SEAL = 10_000
MARK_BYTES = 4
Stream = AuditSeal.Stream


@dataclass(frozen=True, slots=True)
class Sealed:
    """An audit table and the columns its rows are sealed by, in this order for ever."""

    table: str
    columns: tuple[str, ...]


# Moments are written as seconds: their text would depend on the time zone of the session.
TABLES = {
    Stream.ACCESS: Sealed(
        "backoffice_accesslog", ("id", "at", "user_id", "action", "screen", "subject", "reason")
    ),
    Stream.TRANSITION: Sealed(
        "backoffice_transition",
        ("id", "entity", "subject_id", "from_state", "to_state", "at", "by_id", "run", "reason"),
    ),
    Stream.CHANGE: Sealed(
        "backoffice_change",
        ("id", "at", "entity", "subject_id", "operation", "values", "by_id", "database_role"),
    ),
}

_BLOCK = """
SELECT count(*), min(id), max(id), encode(sha256(string_agg(digest, ''::bytea ORDER BY id)), 'hex'),
       string_agg(substr(digest, 1, 4), ''::bytea ORDER BY id)
FROM (
    SELECT id, sha256(convert_to({row}, 'UTF8')) AS digest FROM {table}
    WHERE id > %(after)s AND id <= %(until)s ORDER BY id LIMIT %(limit)s
) AS block
"""
# Numbers are given out before the rows appear. A table nobody is writing to has no row to come below its highest.
_WRITERS = """
SELECT EXISTS (
    SELECT 1 FROM pg_locks
    WHERE locktype = 'relation' AND relation = %(table)s::regclass AND mode = 'RowExclusiveLock'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND pid <> pg_backend_pid()
)
"""


@dataclass(frozen=True, slots=True)
class Block:
    """What a range of rows digests to now."""

    rows: int
    first_id: int
    last_id: int
    sha256: str
    marks: bytes


def seal_new_rows(*, at: datetime) -> int:
    """Seal what was written since the last time; return the number of rows.

    A table somebody is writing to at this moment waits for the next time.
    """
    return sum(_seal(stream, at) for stream in Stream)


def digest_block(
    stream: AuditSeal.Stream, *, after: int, until: int, limit: int | None = None
) -> Block | None:
    """The digest of the rows with `after` < id ≤ `until`, the first `limit` of them; None where there are none."""
    sealed = TABLES[stream]
    row = sql.SQL("jsonb_build_array({})::text").format(
        sql.SQL(", ").join(
            sql.SQL("extract(epoch FROM {})").format(sql.Identifier(name))
            if name == "at"
            else sql.Identifier(name)
            for name in sealed.columns
        )
    )
    statement = sql.SQL(_BLOCK).format(row=row, table=sql.Identifier(sealed.table))
    with connection.cursor() as cursor:
        cursor.execute(
            statement.as_string(connection.connection), {"after": after, "until": until, "limit": limit}
        )
        rows, first_id, last_id, digest, marks = cursor.fetchone()
    return Block(rows, first_id, last_id, digest, bytes(marks)) if rows else None


def chained(*, previous: str, stream: str, number: int, block: Block) -> str:
    """The digest of a seal: the block's, bound to its place in the chain and to the seal before."""
    text = f"{previous}|{stream}|{number}|{block.first_id}|{block.last_id}|{block.rows}|{block.sha256}"
    return hashlib.sha256(text.encode()).hexdigest()


def chain_heads() -> Iterator[tuple[str, int, str]]:
    """(stream, number, digest) of the newest seal of each chain, for keeping elsewhere."""
    seals = AuditSeal.objects.order_by("stream", "-number").distinct("stream")
    yield from seals.values_list("stream", "number", "sha256")


@transaction.atomic
def _seal(stream: AuditSeal.Stream, at: datetime) -> int:
    table, count = TABLES[stream].table, 0
    with connection.cursor() as cursor:
        # One sealer at a time: two would fork the chain.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"seal {table}"])
        cursor.execute(
            sql.SQL("SELECT max(id) FROM {}").format(sql.Identifier(table)).as_string(connection.connection)
        )
        until = cursor.fetchone()[0] or 0
        cursor.execute(_WRITERS, {"table": table})
        if cursor.fetchone()[0]:
            return 0
    last = AuditSeal.objects.filter(stream=stream).order_by("-number").first()
    number, after, previous = (last.number, last.last_id, last.sha256) if last else (0, 0, "")
    while block := digest_block(stream, after=after, until=until, limit=ROWS_PER_SEAL):
        number += 1
        digest = chained(previous=previous, stream=stream, number=number, block=block)
        AuditSeal.objects.create(
            stream=stream,
            number=number,
            first_id=block.first_id,
            last_id=block.last_id,
            row_count=block.rows,
            rows_sha256=block.sha256,
            previous_sha256=previous,
            sha256=digest,
            marks=block.marks,
            sealed_at=at,
        )
        after, previous, count = block.last_id, digest, count + block.rows
    return count
