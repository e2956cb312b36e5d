"""差出: the hand-over of a reconciled batch to the post, and the end of a batch."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.states import move
from mailing.models import PrintBatch
from mailing.queries import BatchSum, batch_sum
from mailing.services.guards import locked, require, wrong_state
from mailing.states import BatchState, EnvelopeState

if TYPE_CHECKING:
    from datetime import date, datetime

    from backoffice.models import User

# A hand-over is entered when it happens or shortly before; further ahead a year was mistyped.
MOST_AHEAD = timedelta(days=31)


@transaction.atomic
def post_batch(*, batch: PrintBatch, on: date, by: User, at: datetime) -> int:
    """Record that a reconciled batch was handed to the post on that day; return how many envelopes were posted.

    A second call for the same day changes nothing and returns 0.

    :raises PermissionDenied: `by` may not post it.
    :raises Refused: `open_difference`: pieces are unaccounted for or missing, or a case is open; `wrong_state`; `posted_far_ahead`:
        the day is more than a month away.
    """
    now = locked(batch)
    require(by, Permission.POST_BATCH, now)
    if on > timezone.localdate(at) + MOST_AHEAD:
        raise Refused("posted_far_ahead", _("差出日が1か月以上先になっています。日付をご確認ください。"))
    if now.state == BatchState.POSTED and now.posted_on == on:
        return 0
    if now.state in {BatchState.RELEASED, BatchState.RECONCILED}:
        _refuse_open(now)
    if now.state != BatchState.RECONCILED:
        raise wrong_state(now)
    inserted = now.envelopes.filter(state=EnvelopeState.INSERTED)
    posted = move(inserted, to=EnvelopeState.POSTED, at=at, by=by, posted_on=on)
    move(PrintBatch.objects.filter(pk=now.pk), to=BatchState.POSTED, at=at, by=by, posted_on=on)
    return posted


@transaction.atomic
def close_batch(*, batch: PrintBatch, by: User, at: datetime) -> BatchSum:
    """Close a posted batch and return its sum. A second call changes nothing.

    :raises PermissionDenied: `by` may not post it.
    :raises Refused: `open_difference`; `wrong_state`.
    """
    now = locked(batch)
    require(by, Permission.POST_BATCH, now)
    if now.state != BatchState.CLOSED:
        if now.state != BatchState.POSTED:
            raise wrong_state(now)
        _refuse_open(now)
        move(PrintBatch.objects.filter(pk=now.pk), to=BatchState.CLOSED, at=at, by=by, closed_at=at)
    return batch_sum(now)


def _refuse_open(batch: PrintBatch) -> None:
    total = batch_sum(batch)
    cases = batch.cases.filter(closed_at__isnull=True).count()
    if total.difference or total.missing or cases:
        raise Refused(
            "open_difference",
            _(
                "バッチ %(number)s には未解決の差異があります（差 %(difference)d、所在不明 %(missing)d、差異 %(cases)d件）。"
            )
            % {
                "number": batch.number,
                "difference": total.difference,
                "missing": total.missing,
                "cases": cases,
            },
        )
