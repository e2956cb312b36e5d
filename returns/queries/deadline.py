"""What the deadline still allows: the last day up to which a returned envelope can be re-made in time (R27, R28)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models.functions import TruncDate

from mailing.models import Envelope
from mailing.states import EnvelopeKind
from returns.models import RerouteCycle

if TYPE_CHECKING:
    from issuance.models import Campaign

# Until the campaign has shown its own pace [design]: making, approval, printing and insertion; then the post and the employer.
USUAL_MAKING_DAYS = 14
USUAL_DELIVERY_DAYS = 3


@dataclass(frozen=True, slots=True)
class DeadlineOutlook:
    """The deadline, and the last day of the mailing to employers, seen from today. `cutoffs` are the month ends that still make sense, today's or later ones; `observed` says
    whether `making_days` is the campaign's own pace."""

    deadline: date
    employer_until: date
    making_days: int
    delivery_days: int
    observed: bool
    last_cutoff: date
    cutoffs: tuple[date, ...]


def deadline_outlook(campaign: Campaign, *, today: date) -> DeadlineOutlook:
    """How much time is left for re-made envelopes to reach their people by the deadline."""
    paced = _observed_making_days(campaign)
    making = USUAL_MAKING_DAYS if paced is None else paced
    last = last_useful_cutoff(
        deadline=campaign.deadline,
        employer_until=campaign.employer_until,
        making_days=making,
        delivery_days=USUAL_DELIVERY_DAYS,
    )
    left = month_ends(today, last, every=campaign.reroute_every_months)
    return DeadlineOutlook(
        deadline=campaign.deadline,
        employer_until=campaign.employer_until,
        making_days=making,
        delivery_days=USUAL_DELIVERY_DAYS,
        observed=paced is not None,
        last_cutoff=last,
        cutoffs=left,
    )


def last_useful_cutoff(*, deadline: date, employer_until: date, making_days: int, delivery_days: int) -> date:
    """The last day whose returns can be posted to employers in time: posted by the end of the employer mailing, and early
    enough to arrive by the deadline."""
    posting = min(employer_until, deadline - timedelta(days=delivery_days))
    return posting - timedelta(days=making_days)


def month_ends(first: date, last: date, *, every: int) -> tuple[date, ...]:
    """The ends of months from `first` to `last`, every so many months, and `last` itself: the cut-offs a cycle may still
    have. Empty once `last` is over."""
    if last < first:
        return ()
    found, year, month = [], first.year, first.month
    while (end := date(year, month, monthrange(year, month)[1])) < last:
        found.append(end)
        year, month = year + (month + every - 1) // 12, (month + every - 1) % 12 + 1
    return (*found, last)


def _observed_making_days(campaign: Campaign) -> int | None:
    """The mean number of days from a cycle's run to the posting of its envelopes, rounded up; None before the first."""
    run_days = dict(
        RerouteCycle.objects.filter(campaign=campaign)
        .annotate(day=TruncDate("run_at"))
        .values_list("number", "day")
    )
    posted = (
        Envelope.objects.filter(campaign=campaign, kind=EnvelopeKind.EMPLOYER, posted_on__isnull=False)
        .order_by()
        .values_list("cycle_no", "posted_on")
        .distinct()
    )
    spans = [
        (day - run_days[number]).days for number, day in posted if day is not None and number in run_days
    ]
    return max(-(-sum(spans) // len(spans)), 0) if spans else None
