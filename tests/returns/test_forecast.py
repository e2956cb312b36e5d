from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.queries import Progress, days_for, expected_returns, forecast

if TYPE_CHECKING:
    from returns.queries.forecast import Forecast

TODAY = date(2025, 9, 10)
MONDAY = date(2025, 9, 8)
PER_DAY = st.dictionaries(st.dates(TODAY - timedelta(days=90), TODAY), st.integers(1, 100_000), max_size=20)


def seen(
    enveloped: int,
    posted: int,
    posted_per_day: dict[date, int],
    *,
    rendered: int | None = None,
    rendered_per_day: dict[date, int] | None = None,
    stopped: int = 0,
    returned: int = 0,
) -> Forecast:
    """A forecast of today; everything is rendered where nothing else is said."""
    progress = Progress(
        enveloped=enveloped,
        stopped=stopped,
        rendered=enveloped if rendered is None else rendered,
        posted=posted,
        returned=returned,
    )
    return forecast(
        progress=progress,
        rendered_per_day=rendered_per_day or {},
        posted_per_day=posted_per_day,
        today=TODAY,
    )


def test_mean_pace_from_the_first_posting_of_the_last_four_weeks() -> None:
    posted = {date(2025, 8, 1): 999, date(2025, 9, 6): 300, date(2025, 9, 10): 200}
    found = seen(2000, 1499, posted)
    assert (found.posting.remaining, found.posting.per_day, found.posting.ends_on) == (
        501,
        100.0,
        date(2025, 9, 16),
    )
    # posted by 16 September, the last returns in the middle of October, employers by the end of November
    assert (found.posted_by, found.employers_by) == (date(2025, 9, 16), date(2025, 11, 30))
    assert (found.in_time(date(2025, 12, 1)), found.in_time(date(2025, 11, 29))) == (True, False)


def test_without_a_posting_lately_there_is_no_end() -> None:
    found = seen(10, 5, {date(2025, 8, 1): 5})
    assert (found.posted_by, found.employers_by, found.in_time(date.max)) == (None, None, False)


def test_nothing_is_posted_before_it_is_rendered() -> None:
    quick, slow = {TODAY: 100}, {TODAY: 10}
    found = seen(200, 100, quick, rendered=100, rendered_per_day=slow)
    assert (found.posting.ends_on, found.rendering.ends_on) == (
        TODAY + timedelta(days=1),
        TODAY + timedelta(days=10),
    )
    assert found.posted_by == TODAY + timedelta(days=10)
    stuck = seen(200, 100, quick, rendered=100)
    assert (stuck.rendering.ends_on, stuck.posted_by) == (None, None)


def test_stopped_envelopes_do_not_wait_for_rendering() -> None:
    found = seen(200, 198, {TODAY: 198}, rendered=198, rendered_per_day={TODAY: 198}, stopped=2)
    assert (found.rendering.remaining, found.rendering.ends_on, found.posting.remaining) == (0, TODAY, 2)


def test_when_all_is_posted_the_end_was_the_last_posting() -> None:
    found = seen(5, 5, {date(2025, 8, 1): 5})
    assert (found.posting.remaining, found.posted_by, found.employers_by) == (
        0,
        date(2025, 8, 1),
        date(2025, 9, 30),
    )
    nothing = seen(0, 0, {})
    assert (nothing.posted_by, nothing.employers_by) == (None, None)


@pytest.mark.parametrize(
    ("weeks_ago", "returned", "percent", "observed", "to_come"),
    [
        (4, 500, 5.0, True, 500),  # all returns of 10,000 are due: 5 %
        (2, 300, 5.0, True, 700),  # 60 in a hundred are due
        (0, 10, 3.0, False, 590),  # none is due yet: the usual rate
        (5, 0, 0.0, True, 0),
    ],
)
def test_the_campaigns_own_rate_of_returns_is_believed_as_soon_as_enough_are_due(
    weeks_ago: int, returned: int, percent: float, observed: bool, to_come: int
) -> None:
    day = TODAY - timedelta(weeks=weeks_ago)
    found = seen(20_000, 10_000, {day: 10_000}, returned=returned).returns
    assert (round(found.percent, 6), found.observed, found.to_come) == (percent, observed, to_come)


def test_the_plan_is_projected_at_the_same_pace() -> None:
    assert days_for(12_000_000, targets=210, enveloped=140, per_day=4_000.0) == (8_000_000, 2000)
    assert days_for(100, targets=0, enveloped=0, per_day=4.0) is None
    assert days_for(100, targets=10, enveloped=10, per_day=0.0) is None


def test_three_in_a_hundred_come_back_within_four_weeks() -> None:
    mondays = [MONDAY + timedelta(days=7 * week) for week in range(6)]
    posted = {MONDAY: 6_000, MONDAY + timedelta(days=6): 4_000}
    assert expected_returns(mondays, posted) == [0, 60, 120, 75, 45, 0]


def test_a_pace_that_never_ends_gives_no_day() -> None:
    found = seen(104_018, 1, {TODAY: 1})
    assert (found.posting.remaining, found.posted_by, found.employers_by) == (104_017, None, None)


@given(PER_DAY, PER_DAY, st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_the_end_is_never_before_today_while_something_is_left(
    posted: dict[date, int], rendered: dict[date, int], left: int, unrendered: int
) -> None:
    total = sum(posted.values())
    made = total + left
    found = seen(made, total, posted, rendered=made - min(unrendered, left), rendered_per_day=rendered)
    assert found.posting.remaining == left
    if left and found.posted_by:
        assert found.posted_by > TODAY
        assert found.employers_by is not None
        assert found.employers_by > found.posted_by
        assert found.posting.ends_on is not None
        assert found.posted_by >= found.posting.ends_on
