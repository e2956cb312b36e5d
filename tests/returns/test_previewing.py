from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from employers.models import Employer
from returns.services import Change, preview_employers, reroute_changes
from tests.factories.mailing import a_campaign, a_household, an_employer, lose
from tests.factories.returns import CUTOFF, RETURNED_ON, come_back, post_all

if TYPE_CHECKING:
    from issuance.models import Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


def test_employers_are_listed_with_what_they_would_receive(campaign: Campaign) -> None:
    big, small, ended = an_employer(), an_employer("27"), an_employer(status="2", ended_on=RETURNED_ON)
    a_household(campaign, "00", "01", "02", employer=big)
    leaver = a_household(campaign, "00", "01", employer=big)
    a_household(campaign, "00", branch="27", employer=small)
    a_household(campaign, "00", employer=ended)
    a_household(campaign, "00")
    for envelope in post_all(campaign):
        come_back(envelope)
    lose(leaver.people.get(edaban="01"))
    rows = preview_employers(campaign=campaign, cutoff=CUTOFF)
    assert [
        (row.public_id, row.branch_code, row.symbol, row.name, row.envelopes, row.cards) for row in rows
    ] == [
        (big.public_id, "13", big.symbol, big.name, 2, 4),
        (small.public_id, "27", small.symbol, small.name, 1, 1),
    ]


def test_what_changed_since_the_posting_is_named(campaign: Campaign) -> None:
    employer, other = an_employer(), an_employer()
    whole = a_household(campaign, "00", employer=employer)
    part = a_household(campaign, "00", "01", employer=employer)
    hidden = a_household(campaign, "00", employer=employer)
    closing = a_household(campaign, "00", employer=other)
    long_closed = a_household(campaign, "00", employer=an_employer(status="2", ended_on=date(2025, 6, 1)))
    same = a_household(campaign, "00", employer=employer)
    events = {envelope.household_id: come_back(envelope) for envelope in post_all(campaign)}
    lose(*whole.people.all())
    lose(part.people.get(edaban="01"))
    hidden.people.update(nondisclosure=True)
    Employer.objects.filter(pk=other.pk).update(status="2", ended_on=RETURNED_ON)
    lost_on = date(2025, 7, 1)
    assert reroute_changes(campaign=campaign, cutoff=CUTOFF) == [
        Change(what, events[household.pk].public_id, events[household.pk].envelope.piece_no, "13", since)
        for what, household, since in (
            ("employer_closed", closing, RETURNED_ON),
            ("lost", whole, lost_on),
            ("lost_in_part", part, lost_on),
            ("nondisclosure", hidden, None),
        )
    ]
    assert {long_closed.pk, same.pk} <= set(events)
    assert reroute_changes(campaign=campaign, cutoff=date(2025, 9, 2)) == []
