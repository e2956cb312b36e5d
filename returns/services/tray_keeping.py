"""Where counted trays are kept, and the record of their destruction by two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.states import move
from returns.models import ReturnEvent, ReturnTray
from returns.states import ExceptionState, ReturnEnd, TrayState

if TYPE_CHECKING:
    from datetime import date, datetime

    from backoffice.models import User


@transaction.atomic
def store_tray(*, tray: ReturnTray, place: str, at: datetime, by: User) -> None:
    """Say where a tray stands now; the last word counts.

    :raises PermissionDenied: `by` may not log returns.
    :raises Refused: `place_missing` or `tray_destroyed`.
    """
    by.require(Permission.LOG_RETURNS)
    if not place.strip():
        raise Refused("place_missing", _("保管場所を入力してください。"))
    rows = ReturnTray.objects.filter(pk=tray.pk).exclude(state=TrayState.DESTROYED)
    if not rows.update(storage_place=place.strip(), stored_at=at, stored_by=by):
        raise _destroyed()


@transaction.atomic
def enter_destruction(
    *, tray: ReturnTray, destroyed_on: date, certificate_no: str, at: datetime, by: User
) -> None:
    """Enter day and certificate number of a tray's destruction; it counts once another person has confirmed it. Entered
    again before that, it replaces what was there.

    :raises PermissionDenied: `by` may not log returns.
    :raises Refused: `certificate_no_missing`; `tray_open`; `tray_destroyed`; `tray_still_needed`: cards in it may still go to
        somebody; `destroyed_before_closing`.
    """
    by.require(Permission.LOG_RETURNS)
    if not certificate_no.strip():
        raise Refused("certificate_no_missing", _("廃棄証明書の番号を入力してください。"))
    now = _closed(tray)
    if needed := why_still_needed(now):
        raise Refused("tray_still_needed", needed)
    assert now.closed_at is not None
    if destroyed_on < timezone.localtime(now.closed_at).date():
        raise Refused("destroyed_before_closing", _("廃棄日が、トレーを閉じた日より前です。"))
    ReturnTray.objects.filter(pk=now.pk).update(
        destroyed_on=destroyed_on,
        destruction_no=certificate_no.strip(),
        destruction_entered_at=at,
        destruction_entered_by=by,
    )


@transaction.atomic
def confirm_destruction(
    *, tray: ReturnTray, destroyed_on: date, certificate_no: str, at: datetime, by: User
) -> None:
    """Confirm, as a second person who has seen the certificate, that a tray was destroyed on this day under this number.

    :raises PermissionDenied: `by` may not work on exceptions.
    :raises Refused: `tray_open`; `tray_destroyed`; `destruction_not_entered`; `same_person`; `destruction_changed`: by now the record says
        something else.
    """
    by.require(Permission.WORK_EXCEPTIONS)
    now = _closed(tray)
    if now.destruction_entered_by_id is None:
        raise Refused("destruction_not_entered", _("廃棄の記録がまだ入力されていません。"))
    if now.destruction_entered_by_id == by.pk:
        raise Refused("same_person", _("廃棄の記録は、入力した方とは別の方が確認してください。"))
    if (now.destroyed_on, now.destruction_no) != (destroyed_on, certificate_no):
        raise Refused(
            "destruction_changed",
            _("確認しているあいだに廃棄の記録が変わりました。もう一度、証明書と見比べてください。"),
        )
    move(
        ReturnTray.objects.filter(pk=now.pk),
        to=TrayState.DESTROYED.value,
        at=at,
        by=by,
        destruction_confirmed_at=at,
        destruction_confirmed_by=by,
    )


def why_still_needed(tray: ReturnTray) -> str:
    """Why the tray must not be destroyed yet, as a sentence: envelopes in it wait for their cycle or for a person. Nothing if it may."""
    wanted = Q(state=ReturnEnd.WAITING) | Q(exception__state=ExceptionState.OPEN)
    count = ReturnEvent.objects.filter(wanted, tray=tray, undone_at__isnull=True).count()
    message = _("まだ対応の終わっていない封筒が%(count)d通あります。廃棄できません。")
    return message % {"count": count} if count else ""


def _closed(tray: ReturnTray) -> ReturnTray:
    now = ReturnTray.objects.select_for_update().get(pk=tray.pk)
    if now.state == TrayState.OPEN:
        raise Refused("tray_open", _("このトレーはまだ閉じられていません。"))
    if now.state == TrayState.DESTROYED:
        raise _destroyed()
    return now


def _destroyed() -> Refused:
    return Refused("tray_destroyed", _("このトレーは廃棄済みです。"))
