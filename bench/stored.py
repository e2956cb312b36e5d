"""What the database alone takes for rows about which nothing is left to decide: any way of making them over one connection has at
least this to do."""

from __future__ import annotations

from bench.national import Clock


def stored_again(*tables: str) -> float:
    """Seconds in which the rows of these tables are stored once more from a copy of them, with every index and constraint and the
    settings of a large load. What refers to them is gone afterwards."""
    from django.db import connection, transaction

    from backoffice.file_intake.heavy_load import bulk_settings, indexes_set_aside

    clock, rows = Clock(), 0
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"CREATE TEMPORARY TABLE copy_of_{table} ON COMMIT DROP AS SELECT * FROM {table}")
            rows = max(rows, cursor.rowcount)
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        bulk_settings()
        with clock("stored"):
            with indexes_set_aside(tables, rows=rows):
                for table in tables:
                    cursor.execute(f"INSERT INTO {table} SELECT * FROM copy_of_{table}")
            cursor.execute(f"ANALYZE {', '.join(tables)}")
    return clock.seconds["stored"]
