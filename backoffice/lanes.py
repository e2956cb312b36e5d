"""One piece of work in parts that are done side by side, each on a connection and in a transaction of its own.

Where statements take the time, one connection keeps one of the server's processors busy, and two lanes two. The work is no longer all
or nothing, so each part must leave everything true, and a second run must find only what is left. Parts see what has been committed
and nothing else; what the caller has locked they must not lock (the server would not see that the caller waits for them), so after a
minute of waiting for a lock a part gives up.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

from django.db import connection, transaction
from django.utils import translation

from backoffice.services.change_history import act_as

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from backoffice.models import User

LANES = 2
_LOCKS_WAIT = "SELECT set_config('lock_timeout', '60s', false)"
Result = TypeVar("Result")


def side_by_side(
    parts: Sequence[Callable[[], Result]],
    *,
    by: User | None,
    told: Callable[[list[Result]], None] | None = None,
) -> list[Result]:
    """Do the parts, begun in their order, and return what each returned. `told` hears after each what those that are done returned.

    Where a part raises, or `told` does, no other is begun; those that are being done are waited for and stay done, and the error is
    raised.
    """
    language = translation.get_language()

    def one(part: Callable[[], Result]) -> Result:
        try:
            with translation.override(language), connection.cursor() as cursor:
                cursor.execute(_LOCKS_WAIT)
                if by is not None:
                    act_as(by)
                with transaction.atomic():
                    return part()
        finally:
            connection.close()

    with ThreadPoolExecutor(LANES, thread_name_prefix="lane") as lanes:
        futures = [lanes.submit(one, part) for part in parts]
        waiting = set(futures)
        try:
            while waiting:
                _done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                results = [future.result() for future in futures if future not in waiting]
                if told is not None:
                    told(results)
        finally:
            lanes.shutdown(wait=True, cancel_futures=True)
    return [future.result() for future in futures]


def apart(work: Callable[[], Result], *, by: User | None) -> Result:
    """Do something that is committed whatever becomes of the caller's transaction."""
    return side_by_side([work], by=by)[0]
