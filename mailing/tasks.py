"""The motor of rendering: each task loads nothing but an id, makes one step and sends what the tables say comes next."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from mailing import services


@shared_task(name="mailing.render_chunk")
def render_chunk(*, chunk_id: int, **_: Any) -> None:
    """Render one chunk, if it is still wanted and nobody else has it; afterwards join what is complete."""
    claim = services.claim_chunk(chunk_id=chunk_id, at=timezone.now())
    if claim is None:
        return
    with claim:
        services.print_chunk(claim=claim)
    for batch_id in services.batches_to_finish(at=timezone.now()):
        finish_batch.delay_on_commit(batch_id=batch_id)


@shared_task(name="mailing.finish_batch")
def finish_batch(*, batch_id: int, **_: Any) -> None:
    """Join the chunks of a batch, if they are all done and nobody else is at it."""
    services.finish_batch(batch_id=batch_id, at=timezone.now())


@shared_task(name="mailing.sweep_rendering")
def sweep_rendering(**_: Any) -> None:
    """Send again what lost its message or its worker."""
    send_rendering()


def send_rendering() -> int:
    """Send every chunk and every batch that waits for a worker; return how many messages that took."""
    at = timezone.now()
    chunks, batches = services.chunks_to_send(at=at), services.batches_to_finish(at=at)
    for chunk_id in chunks:
        render_chunk.delay_on_commit(chunk_id=chunk_id)
    for batch_id in batches:
        finish_batch.delay_on_commit(batch_id=batch_id)
    return len(chunks) + len(batches)
