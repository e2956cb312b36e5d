"""When it will be over, from the pace so far: plain arithmetic whose assumptions stand on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PACE_DAYS = 28
LONGEST_DAYS = 3_650
# Of what is posted, three in a hundred come back (domain.md §8: 2–4 % for 特定記録), within four weeks.
RETURN_PERCENT = 3
RETURN_WEEKS = (20, 40, 25, 15)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`posted_by` is empty where nothing was posted lately; the last employer mailing follows the last returns."""

    remaining: int
    per_day: float
    posted_by: date | None
    employers_by: date | None

    def in_time(self, deadline: date) -> bool:
        """Whether the last envelope to an employer is posted by the deadline."""
        return self.employers_by is not None and self.employers_by <= deadline


def forecast(*, enveloped: int, posted: int, posted_per_day: Mapping[date, int], today: date) -> Forecast:
    """The end of posting at the mean pace of the last four weeks (from the first posting in them on), and the end
    of the month after the last returns can have come. A pace that needs more than ten years says nothing about an end.
    """
    since = today - timedelta(days=PACE_DAYS - 1)
    lately = {day: count for day, count in posted_per_day.items() if since <= day <= today}
    remaining = max(enveloped - posted, 0)
    days = (today - min(lately)).days + 1 if lately else 0
    per_day = sum(lately.values()) / days if days else 0.0
    if remaining and (not per_day or remaining / per_day > LONGEST_DAYS):
        return Forecast(remaining, per_day, None, None)
    last = (
        today + timedelta(days=-(-remaining // per_day)) if remaining else max(posted_per_day, default=None)
    )
    return Forecast(remaining, per_day, last, _month_after(last) if last else None)


def expected_returns(mondays: list[date], posted_per_day: Mapping[date, int]) -> list[int]:
    """How many envelopes should come back in each of these weeks, given what was posted in the weeks before."""
    expected = []
    for monday in mondays:
        hundredths = 0
        for weeks_ago, share in enumerate(RETURN_WEEKS, start=1):
            begin = monday - timedelta(days=7 * weeks_ago)
            posted = sum(
                count for day, count in posted_per_day.items() if begin <= day < begin + timedelta(days=7)
            )
            hundredths += posted * share * RETURN_PERCENT
        expected.append(round(hundredths / 10_000))
    return expected


def _month_after(posted: date) -> date:
    """The end of the month that follows the month in which the last returns come."""
    returned = posted + timedelta(days=7 * len(RETURN_WEEKS))
    later = (returned.replace(day=1) + timedelta(days=32)).replace(day=1)
    return (later + timedelta(days=32)).replace(day=1) - timedelta(days=1)
