"""Reconciling a batch with the vendor: when everything is accounted for, and what is due to be made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from backoffice.states import move
from mailing.models import Case, Envelope, PrintBatch, VendorResult
from mailing.queries import batch_sum
from mailing.states import BatchState, CaseKind, EnvelopeState, VendorOutcome

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User

# Closing one of these lets the piece be made again.
MADE_AGAIN = frozenset({CaseKind.MISSING.value, CaseKind.PULLED_UNASKED.value})
_WHOLE = 100


def remake(envelopes: QuerySet[Envelope]) -> int:
    """Let the released envelopes among these wait for another batch, under the next make number; return how many."""
    due = envelopes.filter(state=EnvelopeState.RELEASED)
    return due.update(
        make_no=F("make_no") + 1, batch=None, position=None, first_page=None, pages=None, content_sha256=""
    )


def remake_or_hold(batch: PrintBatch, envelopes: QuerySet[Envelope], *, at: datetime, by: User) -> int:
    """Make these again, unless more of the batch would be made again than the campaign lets pass without a supervisor.

    Then nothing is made again before the case that this opens has been closed.
    """
    cases = Case.objects.filter(batch=batch, kind=CaseKind.TOO_MANY_REMAKES)
    if _over_cap(batch) and not cases.filter(closed_at__isnull=False).exists():
        if not cases.exists():
            Case.objects.create(
                batch=batch, make_no=0, kind=CaseKind.TOO_MANY_REMAKES, opened_at=at, owner=None
            )
        return 0
    return remake(envelopes)


def remake_held(batch: PrintBatch) -> int:
    """Make again what `remake_or_hold` held back: spoiled pieces, and missing ones whose cause is known."""
    said = VendorResult.objects.filter(envelope=OuterRef("pk"), make_no=OuterRef("make_no"), batch=batch)
    explained = Case.objects.filter(
        envelope=OuterRef("pk"), make_no=OuterRef("make_no"), kind__in=MADE_AGAIN, closed_at__isnull=False
    )
    spoiled = said.filter(outcome=VendorOutcome.SPOILED)
    return remake(Envelope.objects.filter(Exists(spoiled) | Exists(explained), batch=batch))


def _over_cap(batch: PrintBatch) -> bool:
    cap = batch.campaign.remake_cap_percent
    if cap is None:
        return False
    again = Q(outcome__in=[VendorOutcome.SPOILED, VendorOutcome.MISSING])
    return batch.results.filter(again).count() * _WHOLE > cap * (batch.ordered or 0)


def reconcile(batch: PrintBatch, *, at: datetime, by: User) -> bool:
    """Move a released batch to reconciled if nothing is open: no difference, nothing missing, no open case."""
    total = batch_sum(batch)
    if total.difference or total.missing or batch.cases.filter(closed_at__isnull=True).exists():
        return False
    rows = PrintBatch.objects.filter(pk=batch.pk)
    return bool(move(rows, to=BatchState.RECONCILED, at=at, by=by, reconciled_at=at))
