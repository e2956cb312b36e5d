"""Closing a case: no reprint before the gap has a recorded cause (design §4.6, incident I6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from mailing.models import Case, Envelope
from mailing.services.guards import locked, require
from mailing.services.reconciling import reconcile, remake
from mailing.states import CaseKind

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User

_MADE_AGAIN = frozenset({CaseKind.MISSING, CaseKind.PULLED_UNASKED})


@transaction.atomic
def close_case(*, case: Case, cause: str, decision: str, by: User, at: datetime) -> bool:
    """Record cause and decision of a difference. False if it was closed already.

    A missing or wrongly pulled piece then waits to be made again under the next make number, and the batch is reconciled
    if this was the last thing open.

    :raises PermissionDenied: `by` may not record results for the batch.
    :raises Refused: `cause_required`: cause or decision is empty.
    """
    batch = locked(case.batch)
    require(by, Permission.RECORD_RESULTS, batch)
    if not cause.strip() or not decision.strip():
        raise Refused("cause_required", _("差異の原因と判断を入力してください。"))
    closed = Case.objects.filter(pk=case.pk, closed_at__isnull=True).update(
        cause=cause.strip(), decision=decision.strip(), closed_at=at, closed_by=by
    )
    if not closed:
        return False
    if case.kind in _MADE_AGAIN:
        remake(Envelope.objects.filter(pk=case.envelope_id, batch=batch, make_no=case.make_no))
    reconcile(batch, at=at, by=by)
    return True
