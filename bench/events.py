"""`python -m bench.events [--people N]`: would monthly partitions help the table of events? The same rows, three for each of N
envelopes over twelve months, in one table and in twelve: written, found by their subject, read by day, a month dropped."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from bench.national import Clock, people_of
from bench.scratch import use_scratch_database

if TYPE_CHECKING:
    from collections.abc import Callable

MONTHS, LOOKS = 12, 2000
COLUMNS = """id bigint, entity varchar(40), subject_id bigint, from_state varchar(24), to_state varchar(24), at timestamptz,
by_id bigint, run uuid, reason text"""
FILL = """
INSERT INTO {table} SELECT n, 'mailing.envelope', n %% %(subjects)s, 'planned', 'rendered',
    timestamptz '2025-01-01 00:00+00' + (n - 1) * (interval '365 days' / %(rows)s), NULL, NULL, ''
FROM generate_series(1, %(rows)s) AS n
"""


def made(cursor: Any, table: str, *, parts: bool) -> None:
    """An empty table with the index of the system."""
    cursor.execute(f"CREATE TABLE {table} ({COLUMNS}){' PARTITION BY RANGE (at)' if parts else ''}")
    for month in range(1, MONTHS + 1 if parts else 1):
        until = f"2025-{month + 1:02}-01" if month < MONTHS else "2026-01-01"
        cursor.execute(
            f"CREATE TABLE {table}_{month} PARTITION OF {table}"
            f" FOR VALUES FROM ('2025-{month:02}-01 00:00+00') TO ('{until} 00:00+00')"
        )
    cursor.execute(f"CREATE INDEX ON {table} (entity, subject_id, id)")


def p99(look: Callable[[int], None], highest: int) -> float:
    """The 99th percentile of many looks, in milliseconds."""
    spent = []
    for _ in range(LOOKS):
        subject = random.randrange(highest)
        started = time.perf_counter()
        look(subject)
        spent.append((time.perf_counter() - started) * 1000)
    return sorted(spent)[LOOKS * 99 // 100]


def measured(cursor: Any, table: str, subjects: int, *, parts: bool) -> dict[str, float]:
    """Every figure of one of the two ways."""
    clock = Clock()
    made(cursor, table, parts=parts)
    with clock("written, s"):
        cursor.execute(FILL.format(table=table), {"subjects": subjects, "rows": 3 * subjects})
    cursor.execute(f"ANALYZE {table}")

    def find(subject: int) -> None:
        cursor.execute(
            f"SELECT * FROM {table} WHERE entity = 'mailing.envelope' AND subject_id = %s ORDER BY id",
            [subject],
        )
        cursor.fetchall()

    clock.seconds["history of one envelope, p99 ms"] = p99(find, subjects)
    with clock("counted over one day, s"):
        cursor.execute(
            f"SELECT count(*) FROM {table} WHERE at >= '2025-06-10 00:00+00' AND at < '2025-06-11 00:00+00'"
        )
    with clock("January removed, s"):
        if parts:
            cursor.execute(f"DROP TABLE {table}_1")
        else:
            cursor.execute(f"DELETE FROM {table} WHERE at < '2025-02-01 00:00+00'")
    return clock.seconds


def main() -> None:
    """Measure and print."""
    subjects = people_of(__doc__)
    use_scratch_database("todoke_bench_events")
    from django.db import connection

    random.seed(1)
    with connection.cursor() as cursor:
        whole = measured(cursor, "events_whole", subjects, parts=False)
        parted = measured(cursor, "events_parted", subjects, parts=True)
    print(f"\n| {3 * subjects:,} events | one table | {MONTHS} partitions |\n|---|---|---|")
    for name, spent in whole.items():
        print(f"| {name} | {spent:.2f} | {parted[name]:.2f} |")


if __name__ == "__main__":
    main()
