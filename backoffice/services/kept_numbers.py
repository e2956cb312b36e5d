"""Numbers for pages: counted at once while that is quick; once it is not, kept, and taken anew by a worker.

No page ever waits for a long count: it is broken off after `PATIENCE_SECONDS`, and the page says that a worker counts.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from backoffice.models import KeptNumbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Count = Callable[[], Any]

QUICK_SECONDS = 0.3
PATIENCE_SECONDS = 0.6
# A worker spends at most a twentieth of its time on the same numbers, unless work has ended that changed them.
TIMES_AS_LONG_APART = 20
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class TooSlow(Exception):
    """The count took longer than a page may wait."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Numbers and the moment they are of; `values` is None while a worker has yet to count them."""

    values: Any
    at: datetime


def read_numbers(*, counts: Mapping[str, Count], at: datetime) -> dict[str, Taken]:
    """The numbers under each key: the kept ones, or counted now within a page's patience."""
    kept = KeptNumbers.objects.in_bulk(list(counts), field_name="key")
    found = {key: Taken(row.values, row.taken_at) for key, row in kept.items()}
    give_up = time.monotonic() + PATIENCE_SECONDS
    for key, count in counts.items():
        if key not in found:
            found[key] = Taken(_count_now(key, count, give_up, at), at)
    return found


def take_numbers(*, key: str, count: Count, at: datetime) -> Any:
    """Count, and keep what was slow to count; what has become quick is not kept any more."""
    begun = time.monotonic()
    values = count()
    took = time.monotonic() - begun
    if took > QUICK_SECONDS:
        _keep(key, values, took, at)
    else:
        KeptNumbers.objects.filter(key=key).delete()
    return values


def numbers_due(key: str, at: datetime) -> bool:
    """Whether a worker should take these numbers now: they are slow to count, and old enough or out of date."""
    kept = KeptNumbers.objects.filter(key=key).first()
    if kept is None:
        return False
    apart = timedelta(seconds=TIMES_AS_LONG_APART * kept.took_seconds)
    return kept.values is None or kept.out_of_date or at - kept.taken_at >= apart


def put_out_of_date() -> int:
    """Work has ended that may have changed what is kept; a worker takes it anew at its next look."""
    return KeptNumbers.objects.update(out_of_date=True)


def _count_now(key: str, count: Count, give_up: float, at: datetime) -> Any:
    begun = time.monotonic()
    try:
        with _no_later_than(give_up):
            values = count()
    except TooSlow:
        # Somebody else's worker may have kept them meanwhile.
        KeptNumbers.objects.get_or_create(
            key=key, defaults={"taken_at": _NEVER, "took_seconds": 0.0, "values": None}
        )
        return None
    took = time.monotonic() - begun
    if took > QUICK_SECONDS:
        _keep(key, values, took, at)
    return values


def _keep(key: str, values: Any, took: float, at: datetime) -> None:
    row = {"taken_at": at, "took_seconds": took, "values": values, "out_of_date": False}
    KeptNumbers.objects.update_or_create(key=key, defaults=row)


@contextmanager
def _no_later_than(give_up: float) -> Iterator[None]:
    """Every statement within gets what is left of the time.

    :raises TooSlow: the time is over.
    """

    def timed(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        left = int((give_up - time.monotonic()) * 1000)
        if left <= 0:
            raise TooSlow
        _limit(context["cursor"].cursor, left)
        return execute(sql, params, many, context)

    try:
        with transaction.atomic(), connection.execute_wrapper(timed):
            yield
            with connection.cursor() as cursor:
                _limit(cursor.cursor, 0)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlow from None
        raise


def _limit(cursor: Any, milliseconds: int) -> None:
    """Of this transaction's statements; 0 lifts the limit."""
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
