"""Asking for batches to be rendered, stopping and resuming, and finding work that no worker has (design §4.3).

What there is to do follows from the tables alone: chunks that are ready or whose lease ran out, and batches whose chunks
are all done. A lost message costs a sweep, nothing else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from backoffice.roles import Permission
from mailing.models import PrintBatch, RenderChunk
from mailing.services.guards import locked, require, wrong_state
from mailing.sql.rendering import cut_chunks, take_chunks_to_send
from mailing.states import BatchState, RenderState

if TYPE_CHECKING:
    from backoffice.models import User

CHUNK_ENVELOPES = 2_000
MOST_ATTEMPTS = 3
RESEND_AFTER = timedelta(minutes=2)
SENT_AT_ONCE = 500
_AT_REST = (RenderState.READY, RenderState.FAILED, RenderState.CANCELLED)


@transaction.atomic
def request_rendering(*, batches: QuerySet[PrintBatch], at: datetime, by: User | None) -> int:
    """Let the workers render the planned batches among `batches`; return how many were not under way already.

    A batch that failed or was stopped goes on where it was: chunks that are done stay done.

    :raises PermissionDenied: `by` may not plan a batch.
    """
    wanted = batches.filter(state=BatchState.PLANNED, render_state__in=_AT_REST).values("pk")
    found = list(
        PrintBatch.objects.filter(pk__in=wanted, state=BatchState.PLANNED, render_state__in=_AT_REST)
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    if by:
        for batch in found:
            require(by, Permission.PLAN_BATCHES, batch)
    ids = [batch.pk for batch in found]
    cut_chunks(ids, CHUNK_ENVELOPES)
    stopped = (RenderState.FAILED, RenderState.CANCELLED)
    chunks_of = RenderChunk.objects.filter(batch__in=ids, state__in=stopped)
    chunks_of.update(state=RenderState.READY, attempt=0, error="", queued_at=None)
    return PrintBatch.objects.filter(pk__in=ids).update(
        render_state=RenderState.RENDERING, merge_lease_until=None
    )


@transaction.atomic
def cancel_rendering(*, batch: PrintBatch, at: datetime, by: User) -> bool:
    """Stop the work on a batch after the chunks under way; `request_rendering` resumes it. False if it stood still.

    :raises PermissionDenied: `by` may not plan the batch.
    :raises Refused: `wrong_state`: it is rendered already.
    """
    now = locked(batch)
    require(by, Permission.PLAN_BATCHES, now)
    if now.state != BatchState.PLANNED:
        raise wrong_state(now)
    if now.render_state != RenderState.RENDERING:
        return False
    now.chunks.filter(state=RenderState.READY).update(state=RenderState.CANCELLED)
    PrintBatch.objects.filter(pk=now.pk).update(render_state=RenderState.CANCELLED)
    return True


@transaction.atomic
def chunks_to_send(*, at: datetime) -> list[int]:
    """The chunks to send to the workers now; each is named once per `RESEND_AFTER`.

    A chunk whose worker died in the last of its attempts has failed, and its batch with it.
    """
    dead = RenderChunk.objects.filter(
        state=RenderState.RENDERING, lease_until__lt=at, attempt__gte=MOST_ATTEMPTS
    ).select_for_update()
    for chunk in dead:
        fail_chunk(chunk, "WorkerLost")
    return take_chunks_to_send(at=at, queued_before=at - RESEND_AFTER, most=SENT_AT_ONCE)


def fail_chunk(chunk: RenderChunk, error: str) -> None:
    """Give the chunk up, and its batch."""
    RenderChunk.objects.filter(pk=chunk.pk).update(state=RenderState.FAILED, lease_until=None, error=error)
    PrintBatch.objects.filter(pk=chunk.batch_id, render_state=RenderState.RENDERING).update(
        render_state=RenderState.FAILED
    )


def batches_to_finish(*, at: datetime, only: int | None = None) -> list[int]:
    """The batches (or `only` this one) whose chunks are all done and that nobody is joining."""
    open_chunks = RenderChunk.objects.filter(batch=OuterRef("pk"), revision=OuterRef("revision")).exclude(
        state=RenderState.DONE
    )
    ready = PrintBatch.objects.filter(
        ~Exists(open_chunks),
        Q(merge_lease_until__isnull=True) | Q(merge_lease_until__lt=at),
        state=BatchState.PLANNED,
        render_state=RenderState.RENDERING,
    )
    wanted = ready if only is None else ready.filter(pk=only)
    return list(wanted.order_by("pk").values_list("pk", flat=True))
