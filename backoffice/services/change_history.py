"""変更の履歴 for bulk SQL too: database triggers on the tables the settings name, put there by `migrate`.

`settings.CHANGE_HISTORY` maps a model to the columns kept with their values and the columns of which only
the fact of a change is kept. The triggers go before a migration and come back after it, so that they never
stand in the way of a changed column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backoffice.models import User

UPDATE_TRIGGER, DELETE_TRIGGER = "todoke_history_update", "todoke_history_delete"

_FOUND = """
SELECT c.relname, t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE t.tgname IN (%s, %s) AND t.tgenabled = ANY(%s)
"""
_ON_UPDATE = """
CREATE TRIGGER {name} AFTER UPDATE OF {columns} ON {table} FOR EACH ROW
WHEN (({old}) IS DISTINCT FROM ({new}))
EXECUTE FUNCTION todoke_record_change({entity}, {shown}, {hidden}, {key})
"""
_ON_DELETE = """
CREATE TRIGGER {name} AFTER DELETE ON {table} FOR EACH ROW
EXECUTE FUNCTION todoke_record_change({entity}, {shown}, {hidden}, {key})
"""


def act_as(user: User) -> None:
    """Let the changes of this database session be recorded as this member of staff's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('todoke.staff', %s, false)", [str(user.pk)])


@transaction.atomic
def install_history_triggers(**_signal: Any) -> None:
    """Put the triggers on every table of the settings; handler of `post_migrate`."""
    remove_history_triggers()
    for label, (shown, hidden) in settings.CHANGE_HISTORY.items():
        _install(label, shown.split(), hidden.split())


@transaction.atomic
def remove_history_triggers(**_signal: Any) -> None:
    """Take every history trigger away; handler of `pre_migrate`."""
    with connection.cursor() as cursor:
        for table, name in _found("ODRA"):
            drop = sql.SQL("DROP TRIGGER {} ON {}").format(sql.Identifier(name), sql.Identifier(table))
            cursor.execute(drop.as_string(connection.connection))


def missing_history_triggers() -> list[str]:
    """The tables of the settings on which a trigger is missing or switched off."""
    there = set(_found("O"))
    tables = [apps.get_model(label)._meta.db_table for label in settings.CHANGE_HISTORY]
    return [table for table in tables if not {(table, UPDATE_TRIGGER), (table, DELETE_TRIGGER)} <= there]


def _found(enabled: str) -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_FOUND, [UPDATE_TRIGGER, DELETE_TRIGGER, list(enabled)])
        yield from cursor.fetchall()


def _install(label: str, shown: list[str], hidden: list[str]) -> None:
    meta = apps.get_model(label)._meta
    known = {field.column for field in meta.concrete_fields}
    if unknown := {*shown, *hidden} - known:
        raise LookupError(f"CHANGE_HISTORY names columns {label} does not have: {sorted(unknown)}")
    parts = {
        "table": sql.Identifier(meta.db_table),
        "columns": _listed("{}", shown + hidden),
        "old": _listed("OLD.{}", shown + hidden),
        "new": _listed("NEW.{}", shown + hidden),
        "entity": sql.Literal(meta.label_lower),
        "shown": sql.Literal(",".join(shown)),
        "hidden": sql.Literal(",".join(hidden)),
        "key": sql.Literal(meta.pk.column),
    }
    with connection.cursor() as cursor:
        for name, statement in ((UPDATE_TRIGGER, _ON_UPDATE), (DELETE_TRIGGER, _ON_DELETE)):
            made = sql.SQL(statement).format(name=sql.Identifier(name), **parts)
            cursor.execute(made.as_string(connection.connection))


def _listed(form: str, columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL(form).format(sql.Identifier(column)) for column in columns)
