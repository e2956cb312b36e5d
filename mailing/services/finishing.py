"""Joining the chunks of a batch into its one file, by whichever worker wins the right to."""

from __future__ import annotations

import io
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import accumulate

import pikepdf
from django.db import transaction
from django.db.models import Q, Sum

from backoffice.states import move
from mailing.models import Artifact, PrintBatch, RenderChunk
from mailing.rendering.version import template_version
from mailing.services.file_store import ARTIFACTS, CHUNKS, sha256_of, store, stored
from mailing.services.guards import locked
from mailing.services.read_back import misprinted
from mailing.services.rendering import batches_to_finish
from mailing.sql.planning import close_gaps
from mailing.states import BatchState, RenderState

LEASE = timedelta(minutes=5)
BATCH_FILE = "batch.pdf"


def finish_batch(*, batch_id: int, at: datetime) -> bool:
    """Join the chunks of a batch, if they are all done and nobody else is at it, and move it to rendered.

    A chunk whose file is gone or altered is made again first. The file is read back page by page: an envelope whose number
    does not stand on its own page fails the batch. A batch in which nothing was left to print is cancelled. False if there
    was nothing to win, or the batch changed meanwhile.
    """
    if not _claim(batch_id, at):
        return False
    batch = PrintBatch.objects.get(pk=batch_id)
    chunks = _chunks(batch)
    if _made_again(chunks):
        return False
    printed = [chunk for chunk in chunks if chunk.pages]
    if not printed:
        return _cancel_empty(batch, chunks, at)
    content = joined([stored(CHUNKS, chunk.sha256).read_bytes() for chunk in printed])
    if misprinted(content, _first_pages(batch)):
        return _fail(batch)
    return _publish(batch, chunks, store(ARTIFACTS, content), len(content), at)


def joined(parts: list[bytes]) -> bytes:
    """One PDF with the pages of all parts in order; the same parts give the same bytes."""
    written = io.BytesIO()
    with ExitStack() as open_parts, pikepdf.new() as whole:
        for part in parts:
            whole.pages.extend(open_parts.enter_context(pikepdf.open(io.BytesIO(part))).pages)
        whole.save(written, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()


@transaction.atomic
def _claim(batch_id: int, at: datetime) -> bool:
    if batch_id not in batches_to_finish(at=at):
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


def _made_again(chunks: list[RenderChunk]) -> bool:
    bad = [chunk for chunk in chunks if not _intact(chunk)]
    for chunk in bad:
        RenderChunk.objects.filter(pk=chunk.pk, state=RenderState.DONE, sha256=chunk.sha256).update(
            state=RenderState.READY, attempt=0, queued_at=None, sha256="", pages=None
        )
    if bad:
        PrintBatch.objects.filter(pk=bad[0].batch_id).update(merge_lease_until=None)
    return bool(bad)


def _first_pages(batch: PrintBatch) -> list[tuple[str, int]]:
    rows = list(batch.envelopes.order_by("position").values_list("piece_no", "pages"))
    ends = accumulate((pages or 0) for _piece_no, pages in rows)
    return [(piece_no, end - (pages or 0) + 1) for (piece_no, pages), end in zip(rows, ends, strict=True)]


def _intact(chunk: RenderChunk) -> bool:
    path = stored(CHUNKS, chunk.sha256)
    return path.is_file() and sha256_of(path) == chunk.sha256


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
def _fail(batch: PrintBatch) -> bool:
    """Nothing that was made is used: asked again, the workers begin anew."""
    locked(batch).chunks.all().delete()
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
