"""取込の承認: a second person looks at what a roster brought before anybody in it is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from issuance.models import RosterImport, Selection
from issuance.queries import campaign_before
from issuance.sql.acceptance import compare_households, remove_people_of

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User
    from issuance.models import Campaign

Decision = RosterImport.Decision


def compared_with_before(campaign: Campaign) -> dict[str, int]:
    """The campaign's households against those of the newest campaign before it that has any; empty without one."""
    before = campaign_before(campaign)
    return compare_households(campaign_id=campaign.pk, before_id=before.pk) if before else {}


@transaction.atomic
def accept_roster(*, roster: RosterImport, by: User, at: datetime) -> None:
    """Let the people of a waiting roster be judged.

    :raises PermissionDenied: `by` may not accept files.
    :raises Refused: `already_decided`; `same_person`: who brought the file does not accept it.
    """
    now = _waiting(roster, by)
    if now.imported_by_id == by.pk:
        raise Refused("same_person", _("取り込んだ本人は承認できません。別の担当者が承認してください。"))
    now.decision, now.decided_at, now.decided_by = Decision.ACCEPTED.value, at, by
    now.save(update_fields=["decision", "decided_at", "decided_by"])


@transaction.atomic
def refuse_roster(*, roster: RosterImport, reason: str, by: User, at: datetime) -> int:
    """Take a waiting roster out again: its people are removed, its counts and rejects stay. Return how many people.

    The same file may be brought again afterwards.

    :raises PermissionDenied: `by` may not accept files.
    :raises Refused: `already_decided`; `reason_missing`.
    """
    now = _waiting(roster, by)
    if not reason.strip():
        raise Refused("reason_missing", _("理由を入力してください。"))
    if Selection.objects.filter(person__source=now).exists():
        raise Refused("already_decided", _("このファイルの方は、すでに判定されています。"))
    now.decision, now.decided_at, now.decided_by = Decision.REFUSED.value, at, by
    now.decision_note = reason.strip()
    now.save(update_fields=["decision", "decided_at", "decided_by", "decision_note"])
    return remove_people_of(campaign_id=now.campaign_id, import_id=now.pk)


def _waiting(roster: RosterImport, by: User) -> RosterImport:
    by.require(Permission.ACCEPT_FILES)
    now = RosterImport.objects.select_for_update(of=("self",)).get(pk=roster.pk)
    if now.decision != Decision.WAITING:
        raise Refused("already_decided", _("このファイルは、すでに承認または取下げが済んでいます。"))
    return now
