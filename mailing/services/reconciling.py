"""Reconciling a batch with the vendor: when everything is accounted for, and what is due to be made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, QuerySet

from backoffice.states import move
from mailing.models import Envelope, PrintBatch
from mailing.queries import batch_sum
from mailing.states import BatchState, EnvelopeState

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User


def remake(envelopes: QuerySet[Envelope]) -> int:
    """Let the released envelopes among these wait for another batch, under the next make number; return how many."""
    due = envelopes.filter(state=EnvelopeState.RELEASED)
    return due.update(
        make_no=F("make_no") + 1, batch=None, position=None, first_page=None, pages=None, content_sha256=""
    )


def reconcile(batch: PrintBatch, *, at: datetime, by: User) -> bool:
    """Move a released batch to reconciled if nothing is open: no difference, nothing missing, no open case."""
    total = batch_sum(batch)
    if total.difference or total.missing or batch.cases.filter(closed_at__isnull=True).exists():
        return False
    rows = PrintBatch.objects.filter(pk=batch.pk)
    return bool(move(rows, to=BatchState.RECONCILED, at=at, by=by, reconciled_at=at))
