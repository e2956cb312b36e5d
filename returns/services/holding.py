"""再送付の保留: what the monthly cycle leaves alone, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from issuance.models import Campaign
from returns.models import RerouteHold, ReturnEvent
from returns.states import ReturnEnd

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User
    from employers.models import Branch


@transaction.atomic
def hold_branch(*, campaign: Campaign, branch: Branch, reason: str, at: datetime, by: User) -> RerouteHold:
    """Keep every returned envelope of a branch out of the cycles until the hold is lifted.

    :raises PermissionDenied: `by` may not re-route.
    :raises Refused: `other_branch`: `by` belongs to another one; `reason_missing` or `already_held`.
    """
    by.require(Permission.REROUTE)
    if by.branch_code and by.branch_code != branch.pk:
        raise Refused("other_branch", _("ほかの支部の再送付は保留できません。"))
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)  # no cycle runs meanwhile
    return _hold(RerouteHold(campaign=campaign, branch=branch, reason=reason, held_at=at, held_by=by))


@transaction.atomic
def hold_return(*, event: ReturnEvent, reason: str, at: datetime, by: User) -> RerouteHold:
    """Keep one returned envelope out of the cycles until the hold is lifted.

    :raises PermissionDenied: `by` may not re-route.
    :raises Refused: `reason_missing`, `already_held` or `not_waiting`.
    """
    by.require(Permission.REROUTE)
    campaign = Campaign.objects.select_for_update(no_key=True).get(
        pk=event.envelope.campaign_id
    )  # no cycle runs meanwhile
    now = ReturnEvent.objects.get(pk=event.pk)
    if now.state != ReturnEnd.WAITING or now.undone_at is not None:
        raise Refused("not_waiting", _("この還付は再送付を待っていません。"))
    return _hold(RerouteHold(campaign=campaign, event=now, reason=reason, held_at=at, held_by=by))


@transaction.atomic
def lift_hold(*, hold: RerouteHold, at: datetime, by: User) -> None:
    """Let the next cycle take what was held back.

    :raises PermissionDenied: `by` may not re-route.
    :raises Refused: `not_held`.
    """
    by.require(Permission.REROUTE)
    standing = RerouteHold.objects.filter(pk=hold.pk, lifted_at__isnull=True)
    if not standing.update(lifted_at=at, lifted_by=by):
        raise Refused("not_held", _("この保留は、すでに解除されています。"))


def _hold(hold: RerouteHold) -> RerouteHold:
    hold.reason = hold.reason.strip()
    if not hold.reason:
        raise Refused("reason_missing", _("保留の理由を入力してください。"))
    try:
        with transaction.atomic():
            hold.save(force_insert=True)
    except IntegrityError:
        raise Refused("already_held", _("すでに保留されています。")) from None
    hold.refresh_from_db(fields=["public_id"])
    return hold
