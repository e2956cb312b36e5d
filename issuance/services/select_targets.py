"""対象者判定."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from backoffice.models import WorkRun
from backoffice.roles import Permission
from backoffice.services.work_runs import note_work
from issuance.eligibility import RULE_VERSION
from issuance.models import Campaign
from issuance.queries import outcome_counts
from issuance.sql.selection import judge_everyone

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User


@dataclass(frozen=True, slots=True)
class SelectionCounts:
    """How many people of the campaign have each outcome, and how many were judged just now."""

    targets: int
    held: int
    excluded: int
    fresh: int


@transaction.atomic
def select_targets(*, campaign: Campaign, at: datetime, by: User | None) -> SelectionCounts:
    """Give every person who has none an outcome with all reasons (R5–R8); people judged before keep theirs, and those of a
    file that waits for its acceptance are not judged yet.

    :raises PermissionDenied: `by` may not select.
    """
    if by is not None:
        by.require(Permission.SELECT_TARGETS)
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    before = outcome_counts(campaign)
    fresh = judge_everyone(
        campaign_id=campaign.pk, decided_by=campaign.decided_by, rule_version=RULE_VERSION, at=at
    )
    note_work(step=WorkRun.Step.JUDGED, subject=campaign.public_id, at=at, by=by)
    counts = {outcome: count + fresh.get(outcome, 0) for outcome, count in before.items()}
    return SelectionCounts(counts["target"], counts["held"], counts["excluded"], sum(fresh.values()))
