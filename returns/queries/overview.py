"""The numbers of the home page: how far a campaign is, branch by branch, counted in one pass for everybody."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate, TruncWeek

from employers.models import Branch
from issuance.models import InsuredPerson
from mailing.models import Envelope, PrintBatch
from mailing.queries import STEP_CONDITIONS
from mailing.states import EnvelopeKind
from mailing.states import EnvelopeStep as Step
from returns.models import DeliveryException, ReturnEvent
from returns.states import ExceptionState, ReturnEnd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from issuance.models import Campaign

    Numbers = dict[str, int]
    ByBranch = dict[str, Numbers]

_ENVELOPES = {
    "enveloped": Count("pk", filter=STEP_CONDITIONS[Step.MADE]),
    "cards": Sum("card_count", filter=STEP_CONDITIONS[Step.MADE]),
    "stopped_personal": Count("pk", filter=Q(state="planned") & ~Q(stop_code="")),
    "rendered": Count("pk", filter=STEP_CONDITIONS[Step.RENDERED]),
    "approved": Count("pk", filter=STEP_CONDITIONS[Step.APPROVED]),
    "not_posted": Count("pk", filter=STEP_CONDITIONS[Step.NOT_POSTED]),
    "posted": Count("pk", filter=STEP_CONDITIONS[Step.POSTED]),
    "returned": Count("pk", filter=STEP_CONDITIONS[Step.RETURNED]),
    "returned_waiting": Count("pk", filter=Q(state="returned")),
    "rerouted": Count("pk", filter=Q(state="rerouted")),
    "excepted": Count("pk", filter=Q(state="exception")),
    "delivered_after_all": Count("pk", filter=Q(state="delivered_after_all")),
}
_PEOPLE = {
    "people": Count("pk"),
    "targets": Count("pk", filter=Q(selection__outcome="target")),
    "held": Count("pk", filter=Q(selection__outcome="held")),
    "excluded": Count("pk", filter=Q(selection__outcome="excluded")),
    "unjudged": Count("pk", filter=Q(selection__isnull=True)),
}
NAMES = (*_PEOPLE, *_ENVELOPES, "stopped", "returns_waiting", "exceptions_open")


def count_overview(campaign: Campaign) -> ByBranch:
    """Every number by branch code; people of no branch (法3-2) under the empty code. One pass over each table."""
    found: ByBranch = defaultdict(lambda: dict.fromkeys(NAMES, 0))
    people = InsuredPerson.objects.filter(household__campaign=campaign).order_by()
    _add(found, people.values("household__branch").annotate(**_PEOPLE), "household__branch")
    envelopes = Envelope.objects.filter(campaign=campaign).order_by()
    personal = envelopes.filter(kind=EnvelopeKind.PERSONAL).values("branch").annotate(**_ENVELOPES)
    _add(found, personal, "branch")
    stopped = (
        envelopes.filter(state="planned").exclude(stop_code="").values("branch").annotate(stopped=Count("pk"))
    )
    _add(found, stopped, "branch")
    events = ReturnEvent.objects.filter(
        envelope__campaign=campaign, state=ReturnEnd.WAITING, undone_at__isnull=True
    )
    waiting = events.order_by().values("envelope__branch").annotate(returns_waiting=Count("pk"))
    _add(found, waiting, "envelope__branch")
    exceptions = DeliveryException.objects.filter(
        event__envelope__campaign=campaign, state=ExceptionState.OPEN
    )
    path = "event__envelope__branch"
    _add(found, exceptions.order_by().values(path).annotate(exceptions_open=Count("pk")), path)
    return dict(found)


def overview_key(campaign: Campaign) -> str:
    """The name under which the numbers of a large campaign are kept."""
    return f"overview {campaign.code}"


def overview_of(numbers: ByBranch, branch_code: str = "") -> Numbers:
    """The numbers of one branch, or the sums of all."""
    if branch_code:
        return numbers.get(branch_code, dict.fromkeys(NAMES, 0))
    return {name: sum(branch[name] for branch in numbers.values()) for name in NAMES}


def branch_names(numbers: ByBranch, branch_code: str = "") -> list[tuple[str, str, Numbers]]:
    """(code, name, numbers) of the branches that have anything, in the order of their codes."""
    names = dict(Branch.objects.values_list("code", "name"))
    wanted = [branch_code] if branch_code else sorted(numbers)
    return [(code, names[code], numbers[code]) for code in wanted if code and code in numbers]


def count_weeks(campaign: Campaign) -> dict[str, dict[str, int]]:
    """Returned envelopes by branch code and by the Monday (ISO) of their week; standing returns only."""
    events = ReturnEvent.objects.filter(envelope__campaign=campaign, undone_at__isnull=True)
    rows = events.annotate(week=TruncWeek("returned_on")).order_by().values_list("envelope__branch", "week")
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for branch, week, count in rows.annotate(Count("pk")):
        found[branch][week.isoformat()] = count
    return dict(found)


def weeks_key(campaign: Campaign) -> str:
    """The name under which the weeks of a large campaign are kept."""
    return f"weeks {campaign.code}"


def returns_per_week(
    found: Mapping[str, Mapping[str, int]], *, until: date, weeks: int = 8, branch_code: str = ""
) -> list[tuple[date, int]]:
    """(Monday, returned envelopes) of the last weeks, weeks without any included, from what `count_weeks` found."""
    first = until - timedelta(days=until.weekday() + 7 * (weeks - 1))
    mondays = [first + timedelta(days=7 * number) for number in range(weeks)]
    branches = [counts for code, counts in found.items() if branch_code in {"", code}]
    return [(monday, sum(counts.get(monday.isoformat(), 0) for counts in branches)) for monday in mondays]


def rendered_per_day(campaign: Campaign, *, branch_code: str = "") -> dict[date, int]:
    """Envelopes to people's homes by the day on which their batch was last rendered."""
    rows = PrintBatch.objects.filter(campaign=campaign, kind=EnvelopeKind.PERSONAL, rendered_at__isnull=False)
    if branch_code:
        rows = rows.filter(branch=branch_code)
    days = rows.order_by().annotate(day=TruncDate("rendered_at")).values_list("day")
    return dict(days.annotate(Sum("envelope_count")))


def posted_per_day(campaign: Campaign, *, branch_code: str = "") -> dict[date, int]:
    """Envelopes to people's homes by the day they were posted; from the batches, of which there are few."""
    rows = PrintBatch.objects.filter(campaign=campaign, kind=EnvelopeKind.PERSONAL, posted_on__isnull=False)
    if branch_code:
        rows = rows.filter(branch=branch_code)
    return dict(rows.order_by().values_list("posted_on").annotate(Sum("envelope_count")))


def batches_in(campaign: Campaign, branch_code: str = "") -> dict[str, int]:
    """How many batches are in each state."""
    rows = PrintBatch.objects.filter(campaign=campaign)
    if branch_code:
        rows = rows.filter(branch=branch_code)
    return dict(rows.order_by().values_list("state").annotate(Count("pk")))


def _add(found: ByBranch, rows: object, path: str) -> None:
    for row in rows:  # type: ignore[attr-defined]
        branch: Mapping[str, int] = {name: value or 0 for name, value in row.items() if name != path}
        found[row[path] or ""].update(branch)
