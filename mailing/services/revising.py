"""Taking a batch back: a new revision of it, or none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from backoffice.roles import Permission
from backoffice.states import move
from mailing.models import PrintBatch
from mailing.services.guards import locked, require, wrong_state
from mailing.sql.planning import close_gaps, recount
from mailing.states import BatchState, EnvelopeState, RenderState

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User

_NOWHERE = {"position": None, "first_page": None, "pages": None, "content_sha256": ""}


@transaction.atomic
def revise_batch(*, batch: PrintBatch, by: User | None, at: datetime, reason: str = "") -> int:
    """Plan a rejected (or rendered, or approved) batch anew and return its new revision number.

    Files, hash and approval of the old revision no longer count; envelopes pulled meanwhile leave the batch.

    :raises PermissionDenied: `by` may not plan it.
    :raises Refused: `wrong_state`.
    """
    now = locked(batch)
    if by:
        require(by, Permission.PLAN_BATCHES, now)
    revision = now.revision + 1
    moved = move(
        PrintBatch.objects.filter(pk=now.pk),
        to=BatchState.PLANNED,
        at=at,
        by=by,
        reason=reason,
        revision=revision,
        render_state=RenderState.READY,
        page_count=None,
        manifest_sha256="",
        rendered_at=None,
        submitted_at=None,
        submitted_by=None,
        approved_at=None,
        approved_by=None,
    )
    if not moved:
        raise wrong_state(now)
    now.chunks.all().delete()
    now.envelopes.filter(state=EnvelopeState.PULLED).update(batch=None, **_NOWHERE)
    now.envelopes.update(first_page=None, pages=None, content_sha256="")
    close_gaps(now.pk)
    recount([now.pk])
    return revision


@transaction.atomic
def cancel_batch(*, batch: PrintBatch, by: User, at: datetime, reason: str = "") -> bool:
    """Dissolve a batch before its release; its envelopes wait for another. False if it is cancelled already.

    :raises PermissionDenied: `by` may not plan it.
    :raises Refused: `wrong_state`: it is released.
    """
    now = locked(batch)
    require(by, Permission.PLAN_BATCHES, now)
    if now.state == BatchState.CANCELLED:
        return False
    rows = PrintBatch.objects.filter(pk=now.pk)
    if not move(
        rows, to=BatchState.CANCELLED, at=at, by=by, reason=reason, render_state=RenderState.CANCELLED
    ):
        raise wrong_state(now)
    now.chunks.all().delete()
    now.envelopes.update(batch=None, **_NOWHERE)
    return True
