"""Until another connection of the same database stands still."""

from __future__ import annotations

import time

from django.db import connection

_WAITS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def wait_for_a_lock(*, seconds: float = 30) -> None:
    """Return as soon as somebody waits for a lock.

    :raises AssertionError: nobody did.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(_WAITS)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits for a lock")
