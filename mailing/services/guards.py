"""What stands in front of every service here: the locks in one order (campaign, then batches) and who may act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from issuance.models import Campaign
from mailing.models import PrintBatch
from mailing.states import EnvelopeKind, EnvelopeState

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


def require_true_letters(batch: PrintBatch) -> None:
    """Let no letter to an employer name an envelope that has left the mailing: it cannot be posted as it was printed.

    :raises Refused: `letter_out_of_date`; a new revision of the batch has letters that are right.
    """
    pulled = batch.envelopes.filter(kind=EnvelopeKind.EMPLOYER, state=EnvelopeState.PULLED).count()
    if pulled:
        raise Refused(
            "letter_out_of_date",
            _(
                "バッチ %(number)s では、組版の後に %(count)d 通の封筒が引き抜かれ、事業所への送付状の記載と合わなくなっています。"
                "「作り直す」で改訂してください。"
            )
            % {"number": batch.number, "count": pulled},
        )
