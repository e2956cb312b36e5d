"""`python -m bench.intake [--people N]`: a roster from file to accepted rows with all rules and indexes, against raw COPY of
the same file into a bare table, in one run; and what the database alone takes to store the accepted rows."""

from __future__ import annotations

import csv
from statistics import median
from typing import TYPE_CHECKING

from bench.national import Clock, peak_megabytes, people_of, print_table, roster, take_in
from bench.scratch import use_scratch_database
from bench.stored import stored_again

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 3


def raw_copy(path: Path, *, rounds: int = ROUNDS) -> float:
    """Seconds of COPY into a logged table without any index; the median of a few rounds."""
    from django.db import connection

    with path.open(encoding="utf-8", newline="") as file:
        width = len(next(csv.reader(file)))
    columns = ", ".join(f"c{place} text" for place in range(width))
    seconds = []
    for _ in range(rounds):
        clock = Clock()
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE bare ({columns})")
            with (
                clock("copy"),
                path.open("rb") as source,
                cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as copy,
            ):
                while block := source.read(1 << 18):
                    copy.write(block)
            cursor.execute("DROP TABLE bare")
        seconds.append(clock.seconds["copy"])
    return median(seconds)


def main() -> None:
    """Measure and print."""
    people = people_of(__doc__)
    use_scratch_database("todoke_bench_intake")
    from issuance.models import RosterImport
    from issuance.sql.roster import HOUSEHOLD_TABLES

    clock = Clock()
    with roster(people, clock) as folder:
        size = (folder / "insured.csv").stat().st_size
        before = raw_copy(folder / "insured.csv")
        take_in(folder, clock)
        raw = (before + raw_copy(folder / "insured.csv")) / 2
    clock.seconds["accepted rows stored, nothing judged"] = stored_again(*reversed(HOUSEHOLD_TABLES))
    record = RosterImport.objects.get()
    rows = [("raw COPY of the roster", f"{raw:.2f}", "1")]
    rows += [(name, f"{spent:.2f}", f"{spent / raw:.1f}") for name, spent in clock.seconds.items()]
    print_table(f"{record.rows:,} rows, {size / 1e6:,.0f} MB", rows)
    print(
        f"\naccepted={record.accepted} rejected={record.rejected}"
        f" rows_per_second={record.rows / clock.seconds['intake']:.0f} peak_mb={peak_megabytes()}"
    )


if __name__ == "__main__":
    main()
