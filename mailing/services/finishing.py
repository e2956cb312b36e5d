"""Joining the chunks of a batch into its one file, by whichever worker wins the right to."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, Sum

from backoffice.states import move
from mailing.models import Artifact, PrintBatch, RenderChunk
from mailing.rendering.press import bind, collector_at_rest
from mailing.rendering.sheaf import Sheaf
from mailing.rendering.version import template_version
from mailing.services.file_store import ARTIFACTS, CHUNKS, SHEAF, store, stored
from mailing.services.guards import locked
from mailing.services.read_back import misprinted
from mailing.services.rendering import batches_to_finish
from mailing.sql.planning import close_gaps
from mailing.states import BatchState, RenderState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailing.services.read_back import Misprint

LEASE = timedelta(minutes=1)
BATCH_FILE = "batch.pdf"


@collector_at_rest()
def finish_batch(*, batch_id: int, at: datetime) -> bool:
    """Join the chunks of a batch, if they are all done and nobody else is at it, and move it to rendered.

    A chunk whose file is gone or altered is made again first. The file is read back page by page from its bytes: one text
    or code that is not what the tables say fails the batch. A batch in which nothing was left to print is cancelled. False if there
    was nothing to win, or the batch changed meanwhile.
    """
    if not _claim(batch_id, at):
        return False
    batch = PrintBatch.objects.get(pk=batch_id)
    chunks = _chunks(batch)
    if not any(chunk.pages for chunk in chunks):
        return _cancel_empty(batch, chunks, at)
    bad: list[RenderChunk] = []
    content = bind(_intact_sheaves(chunks, bad))
    if bad:
        return _make_again(bad)
    if wrong := misprinted(content, chunks):
        return _fail(batch, wrong)
    return _publish(batch, chunks, store(ARTIFACTS, content), len(content), at)


@transaction.atomic
def _claim(batch_id: int, at: datetime) -> bool:
    if not batches_to_finish(at=at, only=batch_id):
        return False
    free = PrintBatch.objects.filter(
        Q(merge_lease_until__isnull=True) | Q(merge_lease_until__lt=at),
        pk=batch_id,
        state=BatchState.PLANNED,
        render_state=RenderState.RENDERING,
    )
    return bool(free.update(merge_lease_until=at + LEASE))


def _chunks(batch: PrintBatch) -> list[RenderChunk]:
    return list(batch.chunks.filter(revision=batch.revision).order_by("first_position"))


def _intact_sheaves(chunks: Iterable[RenderChunk], bad: list[RenderChunk]) -> Iterator[Sheaf]:
    """The sheaves of the chunks; those whose file is gone or altered are left out and go to the bad ones."""
    for chunk in chunks:
        path = stored(CHUNKS, chunk.sha256, SHEAF)
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() == chunk.sha256:
            yield Sheaf.from_bytes(content)
        else:
            bad.append(chunk)


def _make_again(bad: list[RenderChunk]) -> bool:
    """Let the workers make these chunks again; the batch is joined after that."""
    for chunk in bad:
        RenderChunk.objects.filter(pk=chunk.pk, state=RenderState.DONE, sha256=chunk.sha256).update(
            state=RenderState.READY, attempt=0, queued_at=None, sha256="", pages=None
        )
    PrintBatch.objects.filter(pk=bad[0].batch_id).update(merge_lease_until=None)
    return False


def _unchanged(batch: PrintBatch, chunks: list[RenderChunk]) -> bool:
    """Whether the locked batch still wants exactly these chunks."""
    now = locked(batch)
    wanted = (now.state, now.render_state, now.revision) == (
        BatchState.PLANNED,
        RenderState.RENDERING,
        batch.revision,
    )
    same = [(chunk.pk, chunk.sha256) for chunk in _chunks(now)] == [
        (chunk.pk, chunk.sha256) for chunk in chunks
    ]
    return wanted and same


@transaction.atomic
def _publish(batch: PrintBatch, chunks: list[RenderChunk], sha256: str, size: int, at: datetime) -> bool:
    pages = sum(chunk.pages or 0 for chunk in chunks)
    if not _unchanged(batch, chunks):
        return False
    close_gaps(batch.pk)
    counted = batch.envelopes.aggregate(pages=Sum("pages"))["pages"]
    if counted != pages:
        raise ArithmeticError(f"{batch.number}: {pages} pages made, {counted} expected")
    Artifact.objects.create(
        batch=batch,
        revision=batch.revision,
        name=BATCH_FILE,
        sha256=sha256,
        size=size,
        pages=pages,
        template_version=template_version(),
        created_at=at,
    )
    rows = PrintBatch.objects.filter(pk=batch.pk)
    return bool(
        move(
            rows,
            to=BatchState.RENDERED,
            at=at,
            by=None,
            rendered_at=at,
            page_count=pages,
            render_state=RenderState.DONE,
            merge_lease_until=None,
        )
    )


@transaction.atomic
def _fail(batch: PrintBatch, wrong: Misprint) -> bool:
    """Nothing that was made is used: asked again, the workers begin anew. The chunk in question names the page."""
    chunks = locked(batch).chunks.filter(revision=batch.revision)
    chunks.update(state=RenderState.FAILED, sha256="", pages=None, error="")
    chunks.filter(pk=wrong.chunk_id).update(error=f"misprint: {wrong.piece_no}, page {wrong.page}")
    PrintBatch.objects.filter(pk=batch.pk).update(render_state=RenderState.FAILED)
    return False


@transaction.atomic
def _cancel_empty(batch: PrintBatch, chunks: list[RenderChunk], at: datetime) -> bool:
    if not _unchanged(batch, chunks):
        return False
    rows = PrintBatch.objects.filter(pk=batch.pk)
    return bool(
        move(
            rows,
            to=BatchState.CANCELLED,
            at=at,
            by=None,
            reason="nothing_to_print",
            render_state=RenderState.DONE,
        )
    )
