"""判定のやり直し: first who would change sides and why, then, if that is still so, the change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.file_intake.heavy_load import bulk_settings
from backoffice.models import WorkRun
from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.services.work_runs import note_work
from issuance.eligibility import RULE_VERSION
from issuance.models import Campaign, SelectionChange
from issuance.sql.selection_changes import apply_changes, find_changes

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User


@dataclass(frozen=True, slots=True)
class Rejudged:
    """How many people would change sides, and how many of them it is too late for, because a certificate is made."""

    changes: int
    too_late: int

    @property
    def open(self) -> int:
        """How many the commitment would change."""
        return self.changes - self.too_late


@transaction.atomic
def preview_rejudging(*, campaign: Campaign, at: datetime, by: User | None) -> Rejudged:
    """Judge everybody again with the data as it is now and keep who would change sides; nobody's outcome changes.

    :raises PermissionDenied: `by` may not select.
    """
    if by is not None:
        by.require(Permission.SELECT_TARGETS)
    now = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    bulk_settings()
    return _found(now, at)


@transaction.atomic
def rejudge(*, campaign: Campaign, expected: int, at: datetime, by: User | None) -> Rejudged:
    """Let those whose data says something else change sides, every one a row of the history; a certificate that is made already is
    never touched. `expected` is how many the preview showed.

    :raises PermissionDenied: `by` may not select.
    :raises Refused: `preview_stale`: by now it would be another number of people.
    """
    if by is not None:
        by.require(Permission.SELECT_TARGETS)
    now = Campaign.objects.select_for_update(of=("self",), no_key=True).get(pk=campaign.pk)
    bulk_settings()
    found = _found(now, at)
    if found.open != expected:
        raise Refused(
            "preview_stale", _("確認のあとにデータが変わりました。もう一度調べてから実行してください。")
        )
    changed = apply_changes(campaign_id=now.pk, rule_version=RULE_VERSION, at=at)
    assert changed == expected
    note_work(step=WorkRun.Step.JUDGED, subject=now.public_id, at=at, by=by)
    _found(now, at)
    return found


def _found(campaign: Campaign, at: datetime) -> Rejudged:
    changes = find_changes(campaign_id=campaign.pk, decided_by=campaign.decided_by, at=at)
    rows = SelectionChange.objects.filter(person__household__campaign=campaign, has_certificate=True)
    return Rejudged(changes, rows.count())
