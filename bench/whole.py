"""`python -m bench.whole [--people N] [--look-ups]`: a campaign of any size from its files to planned batches, once, with everything
that is said of it: raw COPY and the prototype's statements as measures, the check of the invariants, and the look-ups at the end.
With `--look-ups` only these, in the database that the last run has left."""

from __future__ import annotations

import argparse
import random

from bench.intake import raw_copy
from bench.lookup import SERVED, look_ups, pages
from bench.national import Clock, peak_megabytes, print_table, roster, take_in
from bench.packing import prototype
from bench.scratch import use_scratch_database


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--look-ups", action="store_true")
    options = parser.parse_args()
    use_scratch_database("todoke_bench_whole", kept=options.look_ups)
    from django.conf import settings

    from issuance.models import Campaign

    for name, value in SERVED.items():
        setattr(settings, name, value)
    if not options.look_ups:
        _make(options.people)
    random.seed(1)
    print("\n| look-up | p50 ms | p99 ms | p99 ms, the first time |\n|---|---|---|---|", flush=True)
    campaign = Campaign.objects.get()
    look_ups(campaign)
    pages(campaign)


def _make(people: int) -> None:
    """From files to planned batches, with what each step took."""
    from django.db import connection
    from django.utils import timezone

    from issuance.models import RosterImport
    from issuance.services import select_targets
    from mailing.services import pack_envelopes, plan_batches
    from returns.queries import check_integrity

    at, clock, theirs = timezone.now(), Clock(), Clock()
    with roster(people, clock) as folder:
        size = (folder / "insured.csv").stat().st_size
        with theirs("raw COPY of the roster"):
            raw_copy(folder / "insured.csv", rounds=1)
        campaign = take_in(folder, clock)
        record = RosterImport.objects.get()
        _print(f"{record.rows:,} rows, {size / 1e6:,.0f} MB", clock, theirs, 0)
    prototype(theirs)
    with clock("selection"):
        counts = select_targets(campaign=campaign, at=at, by=None)
    with clock("packing"):
        packed = pack_envelopes(campaign=campaign, at=at, by=None)
    with clock("planning of batches"):
        batches = plan_batches(campaign=campaign, max_envelopes=None, at=at, by=None)
    with clock("check of the invariants"):
        findings = check_integrity(campaign)
    _print(f"{people:,} people", clock, theirs, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()) / 1000000")
        [megabytes] = cursor.fetchone() or [0]
    print(
        f"\naccepted={record.accepted} rejected={record.rejected} targets={counts.targets} held={counts.held}"
        f" excluded={counts.excluded} envelopes={packed.envelopes} batches={batches}"
        f" breaches={sum(finding.breaches for finding in findings)} database_mb={megabytes} peak_mb={peak_megabytes()}"
    )


def _print(title: str, clock: Clock, theirs: Clock, first: int) -> None:
    """What was measured so far; ratios are taken to the raw COPY (`first` 0) or to the prototype (1)."""
    measured = list(theirs.seconds.items())
    base = sum(spent for _name, spent in measured[first : None if first else 1])
    rows = [(name, f"{spent:.1f}", "") for name, spent in measured[first:]]
    rows += [(name, f"{spent:.1f}", f"{spent / base:.1f}") for name, spent in clock.seconds.items()]
    print_table(title, rows)


if __name__ == "__main__":
    main()
