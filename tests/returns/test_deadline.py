from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailing.models import Envelope
from returns.queries import deadline_outlook
from returns.queries.deadline import last_useful_cutoff, month_ends
from returns.services import reroute
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer
from tests.factories.returns import CUTOFF, come_back, post_all

DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def test_the_campaigns_own_dates_decide_before_the_first_cycle(db: None) -> None:
    outlook = deadline_outlook(a_campaign(), today=date(2025, 9, 10))
    # Posted by 2025-11-28 so that it arrives by 12-01, made in 14 days.
    assert (outlook.last_cutoff, outlook.making_days, outlook.observed) == (date(2025, 11, 14), 14, False)
    assert outlook.cutoffs == (date(2025, 9, 30), date(2025, 10, 31), date(2025, 11, 14))


def test_the_campaigns_own_pace_counts_once_it_is_known(db: None) -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer())
    come_back(post_all(campaign)[0])
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    assert deadline_outlook(campaign, today=CUTOFF).observed is False
    post_all(campaign)
    Envelope.objects.filter(kind="employer").update(posted_on=MORNING.date() + timedelta(days=9))
    outlook = deadline_outlook(campaign, today=CUTOFF)
    assert (outlook.making_days, outlook.observed, outlook.last_cutoff) == (9, True, date(2025, 11, 19))


def test_the_end_of_the_employer_mailing_may_come_first() -> None:
    early = {"deadline": date(2025, 12, 1), "employer_until": date(2025, 11, 10)}
    assert last_useful_cutoff(**early, making_days=10, delivery_days=3) == date(2025, 10, 31)


@pytest.mark.parametrize(
    ("first", "last", "every", "ends"),
    [
        (date(2025, 11, 15), date(2025, 11, 14), 1, ()),
        (date(2025, 11, 14), date(2025, 11, 14), 1, (date(2025, 11, 14),)),
        (date(2025, 11, 30), date(2025, 11, 30), 1, (date(2025, 11, 30),)),
        (
            date(2025, 11, 30),
            date(2026, 2, 1),
            1,
            (date(2025, 11, 30), date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 1)),
        ),
        (date(2025, 11, 1), date(2026, 2, 1), 2, (date(2025, 11, 30), date(2026, 1, 31), date(2026, 2, 1))),
    ],
)
def test_the_cut_offs_that_are_left(first: date, last: date, every: int, ends: tuple[date, ...]) -> None:
    assert month_ends(first, last, every=every) == ends


@given(first=DAYS, last=DAYS, every=st.integers(1, 12))
def test_cut_offs_rise_and_stay_between_today_and_the_last(first: date, last: date, every: int) -> None:
    ends = month_ends(first, last, every=every)
    assert list(ends) == sorted(set(ends))
    assert (not ends) == (last < first)
    assert all(first <= end <= last for end in ends)
