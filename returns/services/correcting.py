"""理由の訂正: another reason for a return that still waits, with its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from returns.models import ReasonCorrection, ReturnEvent
from returns.states import ReturnEnd, ReturnReason

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User


@transaction.atomic
def correct_reason(*, event: ReturnEvent, reason: str, at: datetime, by: User, note: str = "") -> bool:
    """Correct the reason of a return that still waits for its cycle; what it was, who changed it and why stays readable.
    The reason it has already changes nothing: False.

    :raises PermissionDenied: `by` may not log returns.
    :raises Refused: `unknown_reason` or `not_correctable`.
    """
    by.require(Permission.LOG_RETURNS)
    if reason not in ReturnReason.values:
        raise Refused("unknown_reason", _("還付理由を選んでください。"))
    now = ReturnEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if now.state != ReturnEnd.WAITING or now.undone_at is not None:
        raise Refused("not_correctable", _("この還付は処理が進んでいるため、理由を訂正できません。"))
    if now.reason == reason:
        return False
    ReasonCorrection.objects.create(
        event=now, was=now.reason, became=reason, note=note, corrected_at=at, corrected_by=by
    )
    ReturnEvent.objects.filter(pk=now.pk).update(reason=reason)
    return True
