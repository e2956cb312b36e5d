"""Proof that nobody touched the audit tables: every seal computed anew, every guard in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection
from psycopg import sql

from backoffice.models import AuditSeal
from backoffice.services.audit_chain import MARK_BYTES, TABLES, Block, chained, digest_block
from backoffice.services.change_history import missing_history_triggers
from backoffice.states import Stateful

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backoffice.services.audit_chain import Stream

NAMED = 20

_GUARDS = """
SELECT c.relname, t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE c.relname = ANY(%s) AND NOT t.tgisinternal AND t.tgenabled = 'O'
"""
GUARDED = {
    "backoffice_accesslog": "access_log_is_append_only",
    "backoffice_transition": "transition_is_append_only",
    "backoffice_change": "change_is_append_only",
    "backoffice_auditseal": "seal_is_append_only",
}
# The state a row is in must be the one its newest recorded move led to.
_UNRECORDED = """
SELECT t.id FROM {table} AS t
LEFT JOIN LATERAL (
    SELECT m.to_state FROM backoffice_transition AS m
    WHERE m.entity = %(entity)s AND m.subject_id = t.id ORDER BY m.id DESC LIMIT 1
) AS last ON true
WHERE t.state <> coalesce(last.to_state, %(initial)s) ORDER BY t.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written: where, which row (0: none in particular) and what."""

    place: str
    row: int
    what: str


def check_audit() -> list[Problem]:
    """Everything that is wrong with the audit tables; empty where nobody touched them."""
    problems = [*missing_guards()]
    for stream in AuditSeal.Stream:
        problems += check_chain(stream)
    for model in apps.get_models():
        if issubclass(model, Stateful):
            problems += unrecorded_states(model)
    return problems


def missing_guards() -> Iterator[Problem]:
    """Audit tables whose append-only trigger is gone or switched off, and history triggers likewise."""
    with connection.cursor() as cursor:
        cursor.execute(_GUARDS, [list(GUARDED)])
        found = cursor.fetchall()
    for table, guard in GUARDED.items():
        # pgtrigger adds a suffix of its own to the name.
        if not any(name == table and trigger.startswith(f"pgtrigger_{guard}") for name, trigger in found):
            yield Problem(table, 0, "append_only_trigger_off")
    for table in missing_history_triggers():
        yield Problem(table, 0, "history_trigger_off")


def check_chain(stream: Stream) -> Iterator[Problem]:
    """Every seal of one chain against the rows it covers and against the seal before."""
    table, after, previous = TABLES[stream].table, 0, ""
    seals = AuditSeal.objects.filter(stream=stream).order_by("number")
    for expected, seal in enumerate(seals.iterator(chunk_size=100), start=1):
        told = Block(seal.row_count, seal.first_id, seal.last_id, seal.rows_sha256, bytes(seal.marks))
        digest = chained(previous=previous, stream=stream, number=seal.number, block=told)
        if (seal.number, seal.previous_sha256, seal.sha256) != (expected, previous, digest):
            yield Problem("backoffice_auditseal", seal.pk, "seal_broken")
            return
        found = digest_block(stream, after=after, until=seal.last_id)
        if found != told:
            yield Problem(table, *_difference(stream, told, found, after))
        after, previous = seal.last_id, seal.sha256


def unrecorded_states(model: type[Stateful]) -> Iterator[Problem]:
    """Rows whose state is not the one the recorded moves lead to: somebody moved them by hand."""
    statement = sql.SQL(_UNRECORDED).format(table=sql.Identifier(model._meta.db_table))
    machine = model.STATES
    values: dict[str, str | int] = {"entity": machine.entity, "initial": machine.initial, "limit": NAMED}
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection), values)
        for (row,) in cursor.fetchall():
            yield Problem(model._meta.db_table, row, "state_not_in_history")


def _difference(stream: Stream, told: Block, found: Block | None, after: int) -> tuple[int, str]:
    """The first row of a block that is not what was sealed, and what happened to it."""
    ids = _ids(stream, after, told.last_id)
    now = found.marks if found else b""
    same = 0
    while _mark(told.marks, same) == _mark(now, same) and same < len(ids):
        same += 1
    if len(ids) < told.rows:
        # The row before the gap is named: the removed one has no id any more.
        return (ids[same - 1] if same else after), "row_removed_after_this"
    return ids[min(same, len(ids) - 1)], "row_altered" if len(ids) == told.rows else "row_slipped_in"


def _mark(marks: bytes, place: int) -> bytes:
    return marks[place * MARK_BYTES : (place + 1) * MARK_BYTES]


def _ids(stream: Stream, after: int, until: int) -> list[int]:
    table = sql.Identifier(TABLES[stream].table)
    statement = sql.SQL("SELECT id FROM {} WHERE id > %s AND id <= %s ORDER BY id").format(table)
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection), [after, until])
        return [row for (row,) in cursor.fetchall()]


def missing_heads(expected: Sequence[str]) -> Iterator[Problem]:
    """Seals somebody wrote down (`stream:number:sha256`) that the chains do not hold any more."""
    for text in expected:
        stream, _, rest = text.partition(":")
        number, _, digest = rest.partition(":")
        seals = AuditSeal.objects.filter(stream=stream, sha256=digest)
        if not number.isdecimal() or not seals.filter(number=int(number)).exists():
            yield Problem("backoffice_auditseal", 0, f"seal_not_found {text}")
