"""The whole-file rules in SQL against a naive oracle in Python: no row lost or doubled, the same rows rejected."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from issuance.intake import judge_person
from issuance.models import Household, InsuredPerson
from tests.factories.issuance import CampaignFactory
from tests.issuance.roster_files import Row, person, rejected, take_in, take_in_employer

KNOWN_EMPLOYER = ("01130012", "21000001")
ROWS = st.lists(
    st.builds(
        person,
        symbol=st.sampled_from(["21000001", "21000001", "21000002"]),
        number=st.sampled_from(["1", "1", "2", "01"]),
        edaban=st.sampled_from(["00", "01", "02", "03", "0"]),
        relation=st.sampled_from(["1", "2", "2", "3"]),
        insured_kind=st.sampled_from(["1", "1", "9"]),
        name=st.sampled_from(["山田", "山田", "𠮷田", "●"]),
    ),
    max_size=9,
)


def oracle(rows: list[Row]) -> list[set[str]]:
    """The rules each row breaks."""

    def household(row: Row) -> tuple[str, ...]:
        return row["insurer_no"], row["symbol"], row["number"]

    people = Counter((*household(row), row["edaban"]) for row in rows)
    insured = Counter(household(row) for row in rows if row["relation"] == "1")
    broken = []
    for row in rows:
        rules = {
            p.rule
            for p in judge_person(row, reference_date=CampaignFactory.build(ordinal=1).reference_date)[1]
        }
        if people[*household(row), row["edaban"]] > 1:
            rules.add("repeated_key")
        if insured[household(row)] != 1:
            rules.add("household_insured_count")
        if row["insured_kind"] == "1" and (row["insurer_no"], row["symbol"]) != KNOWN_EMPLOYER:
            rules.add("unknown_employer")
        broken.append(rules)
    lost = {
        household(row) for row, rules in zip(rows, broken, strict=True) if row["relation"] == "1" and rules
    }
    for row, rules in zip(rows, broken, strict=True):
        if row["relation"] != "1" and household(row) in lost and "household_insured_count" not in rules:
            rules.add("household_lost_insured")
    return broken


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_import_insured_equals_the_naive_oracle(rows: list[Row]) -> None:
    with TemporaryDirectory() as folder, transaction.atomic():
        campaign = CampaignFactory.create()
        take_in_employer(Path(folder), campaign)
        record = take_in(Path(folder), campaign, *rows)
        expected = oracle(rows)
        assert sorted((line, rule) for line, _column, rule in rejected(record)) == sorted(
            (line, rule) for line, rules in enumerate(expected, 2) for rule in rules
        )
        kept = [line for line, rules in enumerate(expected, 2) if not rules]
        people = InsuredPerson.objects.filter(household__campaign=campaign)
        assert list(people.order_by("line").values_list("line", flat=True)) == kept
        assert (record.rows, record.accepted, record.rejected) == (
            len(rows),
            len(kept),
            len(rows) - len(kept),
        )
        assert Household.objects.count() == people.filter(relation="1").count()
        transaction.set_rollback(True)
