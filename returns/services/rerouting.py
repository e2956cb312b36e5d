"""月次再送付: once a month everything that can go to an employer goes, re-made, and everything else to a person (R28)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from backoffice.file_intake.heavy_load import bulk_settings
from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.states import move
from issuance.models import Campaign
from mailing.models import Envelope
from mailing.services import mark_exception, most_per_batch, plan_batches, reroute_envelopes
from returns.models import RerouteCycle, ReroutePreview, ReturnEvent
from returns.services.exception_work import first_due
from returns.sql import rerouting as sql
from returns.states import ReturnEnd

if TYPE_CHECKING:
    from datetime import date, datetime

    from backoffice.models import User


@dataclass(frozen=True, slots=True)
class RerouteCounts:
    """What a cycle did: envelopes re-made, exceptions opened, employers that receive something."""

    rerouted: int
    exceptions: int
    employers: int


@transaction.atomic
def reroute(
    *,
    campaign: Campaign,
    cutoff: date,
    max_envelopes: int | None,
    at: datetime,
    by: User | None,
    expected: int | None = None,
) -> RerouteCounts:
    """Run the monthly cycle over every undelivered envelope recorded up to the cut-off and not yet re-routed.

    Eligibility, employer and 不開示 are judged as they are now; what is held back waits. The new employer envelopes are cut
    into batches, and what was previewed is over. With nothing to do no cycle is recorded and all counts are 0. `expected` is how many envelopes the preview
    showed.

    :raises PermissionDenied: `by` may not re-route.
    :raises Refused: `preview_stale`: by now it would be another number of envelopes; `one_branch_only`: `by` belongs to a branch,
        and a cycle is everybody's.
    """
    if by is not None:
        by.require(Permission.REROUTE)
        if by.branch_code:
            raise one_branch_only()
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    bulk_settings()
    sql.lock_waiting(campaign_id=campaign.pk, cutoff=cutoff)
    sql.stage_classified(campaign_id=campaign.pk, cutoff=cutoff)
    going, employers, staying = sql.staged_counts()
    if not going and not staying:
        return RerouteCounts(0, 0, 0)
    if expected is not None and expected != going + staying:
        raise Refused(
            "preview_stale",
            _("確認のあとに還付の受付や保留が変わりました。もう一度件数を確認してから実行してください。"),
        )
    cycle = _new_cycle(campaign, cutoff, at, by)
    made = reroute_envelopes(
        campaign=campaign,
        envelopes=Envelope.objects.filter(pk__in=sql.staged_envelopes(to_employer=True)),
        cycle_no=cycle.number,
        run=cycle.run,
        at=at,
        by=by,
        per_batch=most_per_batch(campaign, max_envelopes),
    )
    _end_events(cycle, ReturnEnd.REROUTED, at, by)
    opened = sql.open_exceptions(at=at, due=first_due(at))
    _end_events(cycle, ReturnEnd.EXCEPTION, at, by)
    mark_exception(
        envelopes=Envelope.objects.filter(pk__in=sql.staged_envelopes(to_employer=False)),
        at=at,
        by=by,
        run=cycle.run,
    )
    counts = RerouteCounts(made, opened, employers)
    cycle.rerouted, cycle.exceptions, cycle.employers = counts.rerouted, counts.exceptions, counts.employers
    cycle.save(update_fields=["rerouted", "exceptions", "employers"])
    ReroutePreview.objects.filter(campaign=campaign).delete()
    if not made:  # else everything that waited has been cut along with what was made
        plan_batches(campaign=campaign, max_envelopes=max_envelopes, at=at, by=None)
    return counts


def one_branch_only() -> Refused:
    """What somebody of one branch is told."""
    message = _("月次再送付は、全支部をまとめて行います。支部に属さない承認者が実行してください。")
    return Refused("one_branch_only", message)


def _new_cycle(campaign: Campaign, cutoff: date, at: datetime, by: User | None) -> RerouteCycle:
    last = RerouteCycle.objects.filter(campaign=campaign).aggregate(last=Max("number"))["last"] or 0
    cycle = RerouteCycle.objects.create(
        campaign=campaign, number=last + 1, cutoff=cutoff, run_at=at, run_by=by
    )
    cycle.refresh_from_db(fields=["run"])
    return cycle


def _end_events(cycle: RerouteCycle, end: ReturnEnd, at: datetime, by: User | None) -> None:
    keys = sql.staged_events(to_employer=end == ReturnEnd.REROUTED)
    move(ReturnEvent.objects.filter(pk__in=keys), to=end.value, at=at, by=by, run=cycle.run, cycle=cycle)
