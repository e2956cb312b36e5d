"""Selection and issuing in SQL against the oracles of issuance/eligibility, for any household."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from issuance.eligibility import ExpiryWindow, Facts, expiry_date, outcome_of
from issuance.models import Certificate, ExpiryPolicy, InsuredPerson, Selection
from issuance.services import issue_certificates, select_targets
from tests.factories.backoffice import MORNING
from tests.factories.issuance import (
    CampaignFactory,
    HouseholdFactory,
    InsuredPersonFactory,
    RosterImportFactory,
)

CUTOFF = date(2024, 11, 29)
PEOPLE = st.fixed_dictionaries(
    {
        "insured_kind": st.sampled_from(["1", "1", "1", "2", "9"]),
        "card_held": st.sampled_from([True, True, False]),
        "myna_usable": st.sampled_from([False, False, True]),
        "decided_on": st.dates(date(2024, 11, 27), date(2024, 12, 1)),
        "lost_on": st.sampled_from([None, None, None, date(2025, 5, 1)]),
        "nondisclosure": st.sampled_from([False, False, False, True]),
        "birth_date": st.dates(date(1950, 5, 1), date(2024, 11, 1)) | st.sampled_from([date(1952, 2, 29)]),
        "voluntary_end": st.dates(date(2025, 5, 1), date(2035, 1, 1)),
    }
)
HOUSEHOLDS = st.lists(
    st.tuples(
        st.sampled_from(["01130012", "01130012", "03130010", "04130019"]),
        st.lists(PEOPLE, min_size=1, max_size=4),
    ),
    max_size=4,
)
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def make(households: list[tuple[str, list[dict[str, Any]]]], **columns: Any) -> Any:
    campaign = CampaignFactory.create(decided_by=CUTOFF, **columns)
    source = RosterImportFactory.create(campaign=campaign)
    for insurer_no, people in households:
        household = HouseholdFactory.create(campaign=campaign, insurer_no=insurer_no)
        for place, values in enumerate(people):
            InsuredPersonFactory.create(
                household=household,
                source=source,
                edaban=f"{place:02d}",
                relation="2" if place else "1",
                **{
                    **values,
                    "voluntary_end": values["voluntary_end"] if values["insured_kind"] == "2" else None,
                },
            )
    return campaign


def insured_of(person: InsuredPerson) -> InsuredPerson:
    return person.household.people.get(relation="1")


@pytest.mark.django_db
@SETTINGS
@given(households=HOUSEHOLDS)
def test_select_targets_equals_the_rules_in_python(
    households: list[tuple[str, list[dict[str, Any]]]],
) -> None:
    with transaction.atomic():
        campaign = make(households)
        select_targets(campaign=campaign, at=MORNING, by=None)
        people = InsuredPerson.objects.select_related("household")
        expected = {
            person.pk: outcome_of(
                Facts(
                    insurer_no=person.household.insurer_no,
                    insured_kind=person.insured_kind,
                    card_held=person.card_held,
                    decided_on=person.decided_on,
                    myna_usable=person.myna_usable,
                    lost=person.lost_on is not None,
                    nondisclosure=person.nondisclosure,
                    insured_nondisclosure=insured_of(person).nondisclosure,
                ),
                decided_by=CUTOFF,
            )
            for person in people
        }
        found = Selection.objects.values_list("person", "outcome", "reasons")
        assert {person: (outcome, reasons) for person, outcome, reasons in found} == expected
        transaction.set_rollback(True)


@pytest.mark.django_db
@SETTINGS
@given(households=HOUSEHOLDS, issued_on=st.dates(date(2025, 11, 29), date(2025, 12, 4)))
def test_issue_equals_the_expiry_in_python(
    households: list[tuple[str, list[dict[str, Any]]]], issued_on: date
) -> None:
    with transaction.atomic():
        campaign = make(households, issued_on=issued_on)
        ExpiryPolicy.objects.create(
            campaign=campaign,
            window_start=date(2025, 12, 2),
            window_end=date(2026, 12, 1),
            expires_on=date(2030, 11, 30),
        )
        windows = [
            ExpiryWindow(policy.window_start, policy.window_end, policy.expires_on)
            for policy in campaign.expiry_policies.order_by("window_start")
        ]
        select_targets(campaign=campaign, at=MORNING, by=None)
        issue_certificates(campaign=campaign, at=MORNING)
        expected = {
            person.pk: expiry_date(
                windows,
                issued_on=issued_on,
                birth_date=person.birth_date,
                insured_birth_date=insured_of(person).birth_date,
                voluntary_end=person.voluntary_end,
            )
            for person in InsuredPerson.objects.filter(selection__outcome="target").select_related(
                "household"
            )
        }
        assert dict(Certificate.objects.values_list("person", "expires_on")) == expected
        ordinals = Certificate.objects.order_by("ordinal").values_list("ordinal", flat=True)
        assert list(ordinals) == list(range(1, len(expected) + 1))
        transaction.set_rollback(True)
