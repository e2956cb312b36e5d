"""What stands in front of every service here: the locks in one order (campaign, then batches) and who may act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from issuance.models import Campaign
from mailing.models import PrintBatch

if TYPE_CHECKING:
    from backoffice.models import User
    from backoffice.roles import Permission


def lock_campaign(campaign: Campaign) -> None:
    """Let one transaction at a time number envelopes and batches of the campaign."""
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


def locked(batch: PrintBatch) -> PrintBatch:
    """The batch as it is now, locked until the end of the transaction."""
    return (
        PrintBatch.objects.select_for_update(of=("self",), no_key=True)
        .select_related("campaign", "branch")
        .get(pk=batch.pk)
    )


def require(by: User, permission: Permission, batch: PrintBatch) -> None:
    """Let only those act who have the permission and, where they belong to a branch, belong to the batch's.

    :raises PermissionDenied: otherwise.
    """
    require_in_branch(by, permission, batch.branch_id)


def require_in_branch(by: User, permission: Permission, branch_code: str) -> None:
    """The same for something of a branch that may be in no batch.

    :raises PermissionDenied: otherwise.
    """
    by.require(permission)
    if by.branch_code not in {"", branch_code}:
        raise PermissionDenied(_("他の支部のバッチは操作できません。"))


def wrong_state(batch: PrintBatch) -> Refused:
    """The refusal of a step for which the batch is in the wrong state."""
    return Refused(
        "wrong_state",
        _("バッチ %(number)s は「%(state)s」のため、この操作はできません。")
        % {"number": batch.number, "state": batch.get_state_display()},
    )
