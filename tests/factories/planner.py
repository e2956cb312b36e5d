"""How PostgreSQL would read a table that is large, asked of one that is empty."""

from __future__ import annotations

from django.db import connection


def plan_for_large_tables(*tables: str) -> None:
    """Until the end of the transaction, plan as for tables with rows: no walk over everything and no sort where an index helps, and
    nothing that an earlier test has analysed while these tables were empty.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_hashjoin = off;"
            "SET LOCAL enable_sort = off"
        )
        for table in tables:
            cursor.execute("SELECT pg_clear_relation_stats('public', %s)", [table])
