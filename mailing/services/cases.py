"""Closing a case: no reprint before the gap has a recorded cause (design §4.6, incident I6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from mailing.models import Case, Envelope
from mailing.services.guards import locked, require
from mailing.services.reconciling import MADE_AGAIN, reconcile, remake_held, remake_or_hold
from mailing.states import CaseKind

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User

_PERMISSION = {CaseKind.TOO_MANY_REMAKES.value: Permission.APPROVE_BATCH}


def permission_to_close(case: Case) -> Permission:
    """What it takes to close a case."""
    return _PERMISSION.get(case.kind, Permission.RECORD_RESULTS)


@transaction.atomic
def take_case(*, case: Case, by: User) -> bool:
    """Make `by` the owner of an open case. False if `by` is already, or the case is closed.

    :raises PermissionDenied: `by` may not close it.
    """
    batch = locked(case.batch)
    require(by, permission_to_close(case), batch)
    rows = Case.objects.filter(pk=case.pk, closed_at__isnull=True)
    return bool(rows.exclude(owner=by).update(owner=by) if case.owner_id else rows.update(owner=by))


@transaction.atomic
def close_case(*, case: Case, cause: str, decision: str, by: User, at: datetime) -> bool:
    """Record cause and decision of a difference. False if it was closed already.

    A missing or wrongly pulled piece then waits to be made again under the next make number, and the batch is reconciled
    if this was the last thing open. That more pieces than the campaign's cap are made again, only a supervisor confirms.

    :raises PermissionDenied: `by` may not record results for the batch.
    :raises Refused: `cause_required`: cause or decision is empty.
    """
    batch = locked(case.batch)
    require(by, permission_to_close(case), batch)
    if not cause.strip() or not decision.strip():
        raise Refused("cause_required", _("差異の原因と判断を入力してください。"))
    closed = Case.objects.filter(pk=case.pk, closed_at__isnull=True).update(
        cause=cause.strip(), decision=decision.strip(), closed_at=at, closed_by=by
    )
    if not closed:
        return False
    if case.kind in MADE_AGAIN:
        piece = Envelope.objects.filter(cases=case, batch=batch, make_no=case.make_no)
        remake_or_hold(batch, piece, at=at, by=by)
    if case.kind == CaseKind.TOO_MANY_REMAKES:
        remake_held(batch)
    reconcile(batch, at=at, by=by)
    return True
