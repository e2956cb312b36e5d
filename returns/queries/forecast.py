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
# From so many envelopes on, whose returns should be there by now, the campaign's own rate is believed.
ENOUGH_DUE = 1_000


@dataclass(frozen=True, slots=True)
class Pace:
    """What is left of one step, how much of it was done a day lately, and the day on which it ends so; None: no telling."""

    remaining: int
    per_day: float
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class Returns:
    """Of a hundred posted envelopes so many come back (the campaign's own rate, or the usual one), and how many are still to come."""

    percent: float
    observed: bool
    to_come: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the envelopes to people's homes are: made, stopped before their rendering, rendered, posted, come back."""

    enveloped: int
    stopped: int
    rendered: int
    posted: int
    returned: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Nothing is posted before it is rendered: `posted_by` is the later end of the two. The last mailing to the employers
    follows the last returns. Both are None where the pace tells nothing."""

    rendering: Pace
    posting: Pace
    returns: Returns
    posted_by: date | None
    employers_by: date | None

    def in_time(self, deadline: date) -> bool:
        """Whether the last envelope to an employer is posted by the deadline."""
        return self.employers_by is not None and self.employers_by <= deadline


def forecast(
    *,
    progress: Progress,
    rendered_per_day: Mapping[date, int],
    posted_per_day: Mapping[date, int],
    today: date,
) -> Forecast:
    """The ends of rendering and posting at their mean pace of the last four weeks, and the end of the month after the last
    returns can have come."""
    rendering = pace(progress.enveloped - progress.stopped - progress.rendered, rendered_per_day, today)
    posting = pace(progress.enveloped - progress.posted, posted_per_day, today)
    ends = [step.ends_on for step in (rendering, posting) if step.remaining]
    if posting.remaining == 0:
        last = posting.ends_on
    else:
        last = None if None in ends else max(day for day in ends if day)
    returns = foreseen_returns(progress, posted_per_day, today)
    return Forecast(rendering, posting, returns, last, _month_after(last) if last else None)


def pace(remaining: int, done_per_day: Mapping[date, int], today: date) -> Pace:
    """The mean of the last four weeks, from the first day in them on; where nothing is left, the end was the last day on which
    something was done. A pace that needs more than ten years says nothing about an end."""
    since = today - timedelta(days=PACE_DAYS - 1)
    lately = {day: count for day, count in done_per_day.items() if since <= day <= today}
    days = (today - min(lately)).days + 1 if lately else 0
    per_day = sum(lately.values()) / days if days else 0.0
    if remaining <= 0:
        return Pace(0, per_day, max(done_per_day, default=None))
    if not per_day or remaining / per_day > LONGEST_DAYS:
        return Pace(remaining, per_day, None)
    return Pace(remaining, per_day, today + timedelta(days=int(-(-remaining // per_day))))


def foreseen_returns(progress: Progress, posted_per_day: Mapping[date, int], today: date) -> Returns:
    """At the campaign's own rate as soon as enough should have come back, at the usual one before."""
    due = sum(count * _share_by((today - day).days) for day, count in posted_per_day.items()) / 100
    observed = due >= ENOUGH_DUE
    percent = 100 * progress.returned / due if observed else float(RETURN_PERCENT)
    expected = round(progress.enveloped * percent / 100)
    return Returns(percent, observed, max(expected - progress.returned, 0))


def days_for(people: int, *, targets: int, enveloped: int, per_day: float) -> tuple[int, int] | None:
    """(envelopes, days) that so many people would take at this pace, with as many people to an envelope as now; None where
    there is neither pace nor envelope."""
    if not (targets and enveloped and per_day):
        return None
    envelopes = -(-people * enveloped // targets)
    return envelopes, int(-(-envelopes // per_day))


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


def _share_by(days: int) -> int:
    """How many of a hundred returns have come so many days after the posting."""
    return sum(RETURN_WEEKS[: max(days, 0) // 7])


def _month_after(posted: date) -> date:
    """The end of the month that follows the month in which the last returns come."""
    returned = posted + timedelta(days=7 * len(RETURN_WEEKS))
    later = (returned.replace(day=1) + timedelta(days=32)).replace(day=1)
    return (later + timedelta(days=32)).replace(day=1) - timedelta(days=1)
