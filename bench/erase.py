"""`python -m bench.erase [--envelopes N]`: erasing the personal data of a posted campaign, as a ratio to deleting copies of the same
rows that have no index, constraint or history."""

from __future__ import annotations

import argparse

from bench.national import Clock, peak_megabytes, print_table
from bench.posted import posted_mailing
from bench.scratch import use_scratch_database

_COPIES = """
CREATE TEMPORARY TABLE bare_people AS SELECT * FROM issuance_insuredperson;
CREATE TEMPORARY TABLE bare_selections AS SELECT * FROM issuance_selection;
CREATE TEMPORARY TABLE bare_certificates AS SELECT * FROM issuance_certificate;
CREATE TEMPORARY TABLE bare_cards AS SELECT * FROM mailing_enclosedcard;
CREATE TEMPORARY TABLE bare_households AS SELECT * FROM issuance_household;
CREATE TEMPORARY TABLE bare_envelopes AS SELECT * FROM mailing_envelope
"""
_BARE = """
DELETE FROM bare_cards; DELETE FROM bare_certificates; DELETE FROM bare_selections; DELETE FROM bare_people;
UPDATE bare_envelopes SET household_id = NULL, addressee = '', postal_code = '', address1 = '', address2 = '';
DELETE FROM bare_households
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--envelopes", type=int, default=50_000)
    envelopes = parser.parse_args().envelopes
    use_scratch_database("todoke_bench_erase")
    from django.db import connection
    from django.utils import timezone

    from backoffice.models import User
    from returns.models import Erasure
    from returns.services import erase_campaign
    from returns.sql.erasing import count_rows

    clock, at = Clock(), timezone.now()
    with clock("filled"):
        campaign = posted_mailing(envelopes=envelopes, returned=0)
    one, other = (User.objects.create_user(name, roles=["supervisor"]) for name in ("one", "other"))
    type(campaign).objects.filter(pk=campaign.pk).update(closed_at=at, closed_by=one)
    rows = count_rows(campaign_id=campaign.pk, code=campaign.code)
    erasure = Erasure.objects.create(
        campaign=campaign,
        proposed_at=at,
        proposed_by=one,
        confirmed_at=at,
        confirmed_by=other,
        to_erase={**rows, "files": 0},
        kept={},
    )
    connection.cursor().execute(_COPIES)
    with clock("bare statements"):
        connection.cursor().execute(_BARE)
    with clock("**erasure**"):
        erased = erase_campaign(erasure=erasure, at=at, report=lambda done, total: None)
    bare = clock.seconds["bare statements"]
    lines = [
        (name, f"{clock.seconds[name]:.1f}", f"{clock.seconds[name] / bare:.1f}")
        for name in ("bare statements", "**erasure**")
    ]
    print_table(f"{sum(rows.values()):,} rows", lines)
    print(f"\n{erased} peak_mb={peak_megabytes()}")


if __name__ == "__main__":
    main()
