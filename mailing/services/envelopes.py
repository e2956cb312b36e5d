"""What happens to single envelopes: a stop is lifted, and the moves of posted ones that the returns desk asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from backoffice.roles import Permission
from backoffice.states import move
from mailing.states import EnvelopeState

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from backoffice.models import User
    from mailing.models import Envelope


@transaction.atomic
def mark_returned(
    *, envelopes: QuerySet[Envelope], at: datetime, by: User | None, run: UUID | None = None
) -> int:
    """Posted envelopes came back; return how many moved."""
    return move(envelopes, to=EnvelopeState.RETURNED, at=at, by=by, run=run)


@transaction.atomic
def unmark_returned(
    *, envelopes: QuerySet[Envelope], at: datetime, by: User | None, run: UUID | None = None
) -> int:
    """Undo of a scan: returned envelopes are posted again; return how many moved."""
    returned = frozenset({EnvelopeState.RETURNED.value})
    return move(
        envelopes, to=EnvelopeState.POSTED, at=at, by=by, run=run, only_from=returned, reason="undone"
    )


@transaction.atomic
def mark_exception(
    *, envelopes: QuerySet[Envelope], at: datetime, by: User | None, run: UUID | None = None
) -> int:
    """Returned envelopes go to the exceptions desk; return how many moved."""
    return move(envelopes, to=EnvelopeState.EXCEPTION, at=at, by=by, run=run)


@transaction.atomic
def mark_delivered_after_all(
    *, envelopes: QuerySet[Envelope], at: datetime, by: User | None, run: UUID | None = None
) -> int:
    """Returned or exceptional envelopes reached their people after all; return how many moved."""
    return move(envelopes, to=EnvelopeState.DELIVERED_AFTER_ALL, at=at, by=by, run=run)


@transaction.atomic
def lift_stop(*, envelopes: QuerySet[Envelope], by: User) -> int:
    """Let stopped envelopes wait for a batch again, after somebody has looked into the reason; return how many.

    They are checked again when they are printed, so lifting the stop of one that still cannot be printed stops it again.

    :raises PermissionDenied: `by` may not plan batches.
    """
    by.require(Permission.PLAN_BATCHES)
    return (
        envelopes.filter(state=EnvelopeState.PLANNED)
        .exclude(stop_code="")
        .update(stop_code="", stop_detail="")
    )
