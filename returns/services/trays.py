"""還付トレー: opened, filled to at most 100, and counted by hand before it closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.states import move
from issuance.models import Campaign
from issuance.services import keep_open
from returns.models import ReturnTray
from returns.states import TrayState

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User

MOST_IN_TRAY = 100


@transaction.atomic
def open_tray(*, campaign: Campaign, at: datetime, by: User) -> ReturnTray:
    """The person's open tray, or a new one with the next number.

    :raises PermissionDenied: `by` may not log returns.
    :raises Refused: `campaign_closed`.
    """
    by.require(Permission.LOG_RETURNS)
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    keep_open(campaign)
    standing = ReturnTray.objects.filter(campaign=campaign, opened_by=by, state=TrayState.OPEN).first()
    if standing:
        return standing
    last = ReturnTray.objects.filter(campaign=campaign).aggregate(last=Max("number"))["last"] or 0
    tray = ReturnTray.objects.create(campaign=campaign, number=last + 1, opened_at=at, opened_by=by)
    tray.refresh_from_db()
    return tray


@transaction.atomic
def close_tray(*, tray: ReturnTray, counted: int, at: datetime, by: User) -> None:
    """Close a tray whose envelopes were counted by hand.

    :raises PermissionDenied: `by` may not log returns.
    :raises Refused: `tray_count_differs` (it stays open) or `tray_closed`.
    """
    by.require(Permission.LOG_RETURNS)
    now = ReturnTray.objects.select_for_update().get(pk=tray.pk)
    if counted != now.scanned:
        message = _(
            "画面の件数（%(scanned)d通）と数えた件数（%(counted)d通）が合いません。トレーの中身をご確認ください。"
        )
        raise Refused("tray_count_differs", message % {"scanned": now.scanned, "counted": counted})
    rows = ReturnTray.objects.filter(pk=tray.pk)
    if not move(rows, to=TrayState.CLOSED.value, at=at, by=by, closed_at=at, counted=counted):
        raise Refused("tray_closed", _("このトレーはすでに閉じられています。"))


def put_into_tray(tray: ReturnTray | None) -> None:
    """One more envelope in an open tray.

    :raises Refused: `tray_full` at 100, `tray_closed`.
    """
    if tray is None:
        return
    rows = ReturnTray.objects.filter(pk=tray.pk, state=TrayState.OPEN)
    if not rows.filter(scanned__lt=MOST_IN_TRAY).update(scanned=F("scanned") + 1):
        if rows.exists():
            raise Refused("tray_full", _("トレーがいっぱいです。数えて閉じ、新しいトレーを開いてください。"))
        raise Refused("tray_closed", _("このトレーはすでに閉じられています。"))


def take_out_of_tray(tray: ReturnTray | None) -> None:
    """One envelope less in an open tray (the undo of a scan); a closed tray was counted and stays as it is.

    :raises Refused: `tray_closed`.
    """
    if tray is not None and not ReturnTray.objects.filter(pk=tray.pk, state=TrayState.OPEN).update(
        scanned=F("scanned") - 1
    ):
        raise Refused("tray_closed", _("このトレーはすでに閉じられています。"))
