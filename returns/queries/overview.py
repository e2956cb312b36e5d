"""The numbers of the home page: how far a campaign is, for everybody or one branch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncWeek

from issuance.queries import outcome_counts
from mailing.models import Envelope, PrintBatch
from mailing.states import POSTED_ENVELOPE_STATES, BatchState, EnvelopeKind
from returns.models import DeliveryException, ReturnEvent
from returns.states import ExceptionState, ReturnEnd

if TYPE_CHECKING:
    from issuance.models import Campaign

_RENDERED = [BatchState.RENDERED, BatchState.SUBMITTED, BatchState.REJECTED, BatchState.APPROVED]
_APPROVED = [
    BatchState.APPROVED,
    BatchState.RELEASED,
    BatchState.RECONCILED,
    BatchState.POSTED,
    BatchState.CLOSED,
]
_RETURNED = ["returned", "rerouted", "exception", "delivered_after_all"]


@dataclass(frozen=True, slots=True)
class Funnel:
    """People and envelopes at each step; envelopes are those to people's homes."""

    targets: int
    held: int
    excluded: int
    enveloped: int
    rendered: int
    approved: int
    posted: int
    returned: int
    rerouted: int
    exceptions_open: int
    returns_waiting: int
    stopped: int


@dataclass(frozen=True, slots=True)
class BranchLine:
    """One branch in the table: envelopes planned, posted, returned."""

    code: str
    name: str
    envelopes: int
    posted: int
    returned: int


def funnel(campaign: Campaign, branch_code: str = "") -> Funnel:
    """How far the campaign is."""
    outcomes = outcome_counts(campaign, branch_code=branch_code)
    envelopes = _envelopes(campaign, branch_code).filter(kind=EnvelopeKind.PERSONAL).exclude(state="pulled")
    counted = envelopes.aggregate(
        enveloped=Count("pk"),
        rendered=Count("pk", filter=Q(batch__state__in=[*_RENDERED, *_APPROVED])),
        approved=Count("pk", filter=Q(batch__state__in=_APPROVED)),
        posted=Count("pk", filter=Q(state__in=POSTED_ENVELOPE_STATES)),
        returned=Count("pk", filter=Q(state__in=_RETURNED)),
        rerouted=Count("pk", filter=Q(state="rerouted")),
        stopped=Count("pk", filter=~Q(stop_code="")),
    )
    events = ReturnEvent.objects.filter(
        envelope__in=_envelopes(campaign, branch_code), state=ReturnEnd.WAITING, undone_at__isnull=True
    )
    exceptions = DeliveryException.objects.filter(
        event__envelope__in=_envelopes(campaign, branch_code), state=ExceptionState.OPEN
    )
    return Funnel(
        targets=outcomes["target"],
        held=outcomes["held"],
        excluded=outcomes["excluded"],
        exceptions_open=exceptions.count(),
        returns_waiting=events.count(),
        **counted,
    )


def branch_lines(campaign: Campaign, branch_code: str = "") -> list[BranchLine]:
    """The branches that have envelopes, in the order of their codes."""
    rows = (
        _envelopes(campaign, branch_code)
        .filter(kind=EnvelopeKind.PERSONAL)
        .exclude(state="pulled")
        .order_by("branch")
        .values_list("branch", "branch__name")
        .annotate(
            envelopes=Count("pk"),
            posted=Count("pk", filter=Q(state__in=POSTED_ENVELOPE_STATES)),
            returned=Count("pk", filter=Q(state__in=_RETURNED)),
        )
    )
    return [BranchLine(*row) for row in rows]


def returns_per_week(
    campaign: Campaign, *, until: date, weeks: int = 8, branch_code: str = ""
) -> list[tuple[date, int]]:
    """(Monday, returned envelopes) of the last weeks, weeks without any included."""
    first = until - timedelta(days=until.weekday() + 7 * (weeks - 1))
    rows = (
        ReturnEvent.objects.filter(
            envelope__in=_envelopes(campaign, branch_code), undone_at__isnull=True, returned_on__gte=first
        )
        .annotate(week=TruncWeek("returned_on"))
        .order_by()
        .values_list("week")
        .annotate(Count("pk"))
    )
    found = dict(rows)
    mondays = [first + timedelta(days=7 * number) for number in range(weeks)]
    return [(monday, found.get(monday, 0)) for monday in mondays]


def batches_waiting_for_approval(campaign: Campaign, branch_code: str = "") -> int:
    """Batches a second person has to decide on."""
    rows = PrintBatch.objects.filter(campaign=campaign, state=BatchState.SUBMITTED)
    return (rows.filter(branch=branch_code) if branch_code else rows).count()


def _envelopes(campaign: Campaign, branch_code: str) -> QuerySet[Envelope]:
    rows = Envelope.objects.filter(campaign=campaign)
    return rows.filter(branch=branch_code) if branch_code else rows
