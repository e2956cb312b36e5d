from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from returns.queries import expected_returns, forecast

TODAY = date(2025, 9, 10)
MONDAY = date(2025, 9, 8)
POSTED = st.dictionaries(st.dates(TODAY - timedelta(days=90), TODAY), st.integers(1, 100_000), max_size=20)


def test_mean_pace_from_the_first_posting_of_the_last_four_weeks() -> None:
    posted = {date(2025, 8, 1): 999, date(2025, 9, 6): 300, date(2025, 9, 10): 200}
    seen = forecast(enveloped=2000, posted=1499, posted_per_day=posted, today=TODAY)
    assert (seen.remaining, seen.per_day, seen.posted_by) == (501, 100.0, date(2025, 9, 16))
    # posted by 16 September, the last returns in the middle of October, employers by the end of November
    assert seen.employers_by == date(2025, 11, 30)
    assert (seen.in_time(date(2025, 12, 1)), seen.in_time(date(2025, 11, 29))) == (True, False)


def test_without_a_posting_lately_there_is_no_end() -> None:
    seen = forecast(enveloped=10, posted=5, posted_per_day={date(2025, 8, 1): 5}, today=TODAY)
    assert (seen.posted_by, seen.employers_by, seen.in_time(date.max)) == (None, None, False)


def test_when_all_is_posted_the_end_was_the_last_posting() -> None:
    seen = forecast(enveloped=5, posted=5, posted_per_day={date(2025, 8, 1): 5}, today=TODAY)
    assert (seen.remaining, seen.posted_by, seen.employers_by) == (0, date(2025, 8, 1), date(2025, 9, 30))
    nothing = forecast(enveloped=0, posted=0, posted_per_day={}, today=TODAY)
    assert (nothing.posted_by, nothing.employers_by) == (None, None)


def test_three_in_a_hundred_come_back_within_four_weeks() -> None:
    mondays = [MONDAY + timedelta(days=7 * week) for week in range(6)]
    posted = {MONDAY: 6_000, MONDAY + timedelta(days=6): 4_000}
    assert expected_returns(mondays, posted) == [0, 60, 120, 75, 45, 0]


def test_a_pace_that_never_ends_gives_no_day() -> None:
    seen = forecast(enveloped=104_018, posted=1, posted_per_day={TODAY: 1}, today=TODAY)
    assert (seen.remaining, seen.posted_by, seen.employers_by) == (104_017, None, None)


@given(POSTED, st.integers(0, 1_000_000))
def test_end_of_posting_is_never_before_today_while_something_is_left(
    posted: dict[date, int], left: int
) -> None:
    total = sum(posted.values())
    seen = forecast(enveloped=total + left, posted=total, posted_per_day=posted, today=TODAY)
    assert seen.remaining == left
    if left and seen.posted_by:
        assert seen.posted_by > TODAY
        assert seen.employers_by is not None
        assert seen.employers_by > seen.posted_by
