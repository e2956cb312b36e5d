"""State machines: one table of allowed moves per entity and one statement that moves rows and writes their history.

A move is a conditional UPDATE: rows that are not in a state from which the move is allowed stay where they are, and the
caller compares the count. Two people who press the same button at the same moment have exactly one winner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pgtrigger
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Q, QuerySet
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from backoffice.models import User


@dataclass(frozen=True)
class StateMachine:
    """The allowed moves of one entity.

    `entity` is the name under which moves are recorded (`mailing.envelope`); `moves` gives the targets of each state.
    """

    entity: str
    initial: str
    moves: Mapping[str, frozenset[str]]

    def sources(self, target: str) -> frozenset[str]:
        """The states from which `target` may be reached.

        :raises KeyError: `target` is no state of this entity.
        """
        if target not in self.moves:
            raise KeyError(target)
        return frozenset(state for state, targets in self.moves.items() if target in targets)

    def edges(self) -> list[tuple[str, str]]:
        """Every allowed move as (from, to), sorted; what the database trigger is made from."""
        return sorted((source, target) for source, targets in self.moves.items() for target in targets)

    def trigger(self, name: str) -> pgtrigger.FSM:
        """The database's own guard of the moves. It asks by a condition and calls its function only to refuse, because a
        function costs something for each of a million moved rows.
        """
        allowed = ", ".join(f"'{source}:{target}'" for source, target in self.edges())
        condition = pgtrigger.Condition(
            "OLD.state IS DISTINCT FROM NEW.state"
            f" AND (OLD.state || ':' || NEW.state) <> ALL (ARRAY[{allowed}])"
        )
        return pgtrigger.FSM(name=name, field="state", transitions=self.edges(), condition=condition)

    def final(self) -> frozenset[str]:
        """The states nothing leaves."""
        return frozenset(state for state, targets in self.moves.items() if not targets)


class Stateful(models.Model):
    """A model whose `state` column is moved by `move` only."""

    STATES: StateMachine

    class Meta:
        abstract = True


def move(
    rows: QuerySet[Any],
    *,
    to: str,
    at: datetime,
    by: User | None,
    run: UUID | None = None,
    reason: str = "",
    only_from: frozenset[str] | None = None,
    **columns: Any,
) -> int:
    """Move every row of `rows` that is in an allowed state to `to`; return how many moved.

    `columns` are set by the same statement (timestamps, the person who acted). One Transition row is written per moved
    row. `only_from` narrows the allowed sources further. Rows are locked in primary key order.

    :raises KeyError: `to` is no state of the model.
    """
    model = rows.model
    machine: StateMachine = model.STATES
    sources = sorted(machine.sources(to) & only_from if only_from is not None else machine.sources(to))
    try:
        wanted, wanted_params = _in_these_states(rows, sources)
    except EmptyResultSet:  # Django knows already that no row can match
        return 0
    table = sql.Identifier(model._meta.db_table)
    assignments: list[sql.Composable] = [sql.SQL("state = %s")]
    values: list[Any] = [to]
    for name, value in columns.items():
        field = model._meta.get_field(name)
        assignments.append(sql.SQL("{} = %s").format(sql.Identifier(field.column)))
        values.append(
            field.get_db_prep_save(value.pk if isinstance(value, models.Model) else value, connection)
        )
    statement = sql.SQL(
        """
        WITH old AS ({wanted} FOR NO KEY UPDATE), moved AS (
            UPDATE {table} AS t SET {assignments} FROM old WHERE t.id = old.id RETURNING t.id, old.state AS was
        )
        INSERT INTO backoffice_transition (entity, subject_id, from_state, to_state, at, by_id, run, reason)
        SELECT %s, id, was, %s, %s, %s, %s, %s FROM moved
        """
    ).format(table=table, wanted=sql.SQL(wanted), assignments=sql.SQL(", ").join(assignments))
    with connection.cursor() as cursor:
        cursor.execute(
            statement.as_string(connection.connection),
            [*wanted_params, *values, machine.entity, to, at, by.pk if by else None, run, reason],
        )
        return int(cursor.rowcount)


def _in_these_states(rows: QuerySet[Any], states: Sequence[str]) -> tuple[str, tuple[Any, ...]]:
    """The statement for id and state of those of the rows that are in one of the states, in the order of their keys."""
    query = rows.query
    if len(query.alias_map) > 1 or query.distinct or query.group_by is not None or query.combinator:
        # Of a join the other rows would be locked, too, and rows put together cannot be: the table is asked once more.
        rows = rows.model._default_manager.filter(pk__in=rows.order_by().values("pk"))
    found = rows.filter(state__in=states).order_by("pk").values_list("id", "state")
    return found.query.sql_with_params()


def timestamp_matches_state(field: str, states: frozenset[str], *, exempt: frozenset[str] = frozenset()) -> Q:
    """The condition of a CHECK constraint: `field` is filled exactly in `states` (whatever, in `exempt` ones)."""
    filled = Q(state__in=sorted(states)) & Q(**{f"{field}__isnull": False})
    empty = ~Q(state__in=sorted(states | exempt)) & Q(**{f"{field}__isnull": True})
    condition = filled | empty
    return condition | Q(state__in=sorted(exempt)) if exempt else condition
