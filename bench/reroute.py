"""`python -m bench.reroute [--returns N]`: the monthly cycle over N waiting returns, previewed and run, as a ratio to building
again the same rows without a rule, constraint or index in the same run. One third more envelopes were posted than came back."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from bench.national import Clock, peak_megabytes, print_table
from bench.posted import posted_mailing
from bench.scratch import use_scratch_database

if TYPE_CHECKING:
    from collections.abc import Callable

_BARE = """
CREATE TEMPORARY TABLE bare_certificate AS
SELECT c.* FROM issuance_certificate c JOIN mailing_enclosedcard k ON k.certificate_id = c.id
JOIN returns_returnevent r ON r.envelope_id = k.envelope_id;
CREATE TEMPORARY TABLE bare_envelope AS
SELECT e.*, m.name, m.postal_code AS code, m.address1 AS place FROM mailing_envelope e
JOIN returns_returnevent r ON r.envelope_id = e.id JOIN issuance_household h ON h.id = e.household_id
JOIN employers_employer m ON m.id = h.employer_id ORDER BY m.postal_code, m.symbol
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--returns", type=int, default=50_000)
    returns = parser.parse_args().returns
    use_scratch_database("todoke_bench_reroute")
    from django.db import connection
    from django.utils import timezone

    from returns.services import preview_reroute, reroute

    clock, at = Clock(), timezone.now()
    with clock("filled"):
        campaign = posted_mailing(envelopes=returns * 4 // 3, returned=returns)
    cutoff = at.date()
    steps: list[tuple[str, Callable[[], object]]] = [
        ("bare statements", lambda: connection.cursor().execute(_BARE)),
        ("preview", lambda: preview_reroute(campaign=campaign, cutoff=cutoff, at=at, by=None)),
        (
            "**cycle**",
            lambda: reroute(campaign=campaign, cutoff=cutoff, max_envelopes=None, at=at, by=None),
        ),
        (
            "the same again: nothing to do",
            lambda: reroute(campaign=campaign, cutoff=cutoff, max_envelopes=None, at=at, by=None),
        ),
    ]
    answers: dict[str, Any] = {}
    for name, step in steps:
        with clock(name):
            answers[name] = step()
    bare = clock.seconds["bare statements"]
    rows = [
        (name, f"{clock.seconds[name]:.2f}", f"{clock.seconds[name] / bare:.1f}") for name, _step in steps
    ]
    print_table(f"{returns:,} returns", rows)
    cycle = answers["**cycle**"]
    assert (cycle.rerouted, cycle.exceptions) == (returns, 0)
    print(f"\n{cycle} peak_mb={peak_megabytes()}")


if __name__ == "__main__":
    main()
