"""One worker's work on one chunk: claim it under a lease, print it, publish it if it is still ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from mailing.models import Envelope, PrintBatch, RenderChunk
from mailing.rendering.checks import check
from mailing.rendering.documents import CannotPrint, EnvelopeSheets, PrintStop, RenderedFile
from mailing.rendering.press import render
from mailing.services.documents import HELD, Draft, drafts_of
from mailing.services.file_store import CHUNKS, store
from mailing.services.guards import locked
from mailing.services.rendering import MOST_ATTEMPTS, fail_chunk
from mailing.sql.planning import recount
from mailing.sql.rendering import write_printed
from mailing.states import BatchState, RenderState

if TYPE_CHECKING:
    from types import TracebackType

LEASE = timedelta(minutes=3)


@dataclass(frozen=True)
class Claim:
    """A worker's right to one attempt at one chunk. As a context it records how the attempt failed, if it does."""

    chunk: RenderChunk

    def __enter__(self) -> Claim:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            _give_back(self.chunk, kind.__name__)


@transaction.atomic
def claim_chunk(*, chunk_id: int, at: datetime) -> Claim | None:
    """Take a chunk that is ready, or whose worker let its lease run out; None if another has it or nobody wants it."""
    rendering = PrintBatch.objects.filter(state=BatchState.PLANNED, render_state=RenderState.RENDERING)
    taken = RenderChunk.objects.filter(
        Q(state=RenderState.READY) | Q(state=RenderState.RENDERING, lease_until__lt=at),
        pk=chunk_id,
        attempt__lt=MOST_ATTEMPTS,
        batch__in=rendering.values("pk"),
    ).update(state=RenderState.RENDERING, lease_until=at + LEASE, attempt=F("attempt") + 1)
    return Claim(RenderChunk.objects.get(pk=chunk_id)) if taken else None


def print_chunk(*, claim: Claim) -> bool:
    """Print the chunk's envelopes, store the file and publish it; False if the claim was lost meanwhile.

    An envelope that cannot be printed exactly or holds a held person leaves the batch with its reason and waits for a
    person; its neighbours are printed.
    """
    chunk = claim.chunk
    inside = Envelope.objects.filter(
        batch=chunk.batch_id, position__range=(chunk.first_position, chunk.last_position)
    )
    drafts = drafts_of(inside)
    stops = _stops(drafts)
    printable, made = _print_exactly(
        [draft for draft in drafts if draft.envelope.piece_no not in stops], stops
    )
    sha256 = store(CHUNKS, made.pdf)
    return _publish(chunk, printable, made, sha256, stops)


def _stops(drafts: list[Draft]) -> dict[str, tuple[PrintStop, ...]]:
    found = {draft.envelope.piece_no: check(draft.sheets) for draft in drafts}
    for draft in drafts:
        if draft.held:
            found[draft.envelope.piece_no] = (PrintStop(draft.envelope.piece_no, "envelope", HELD, ""),)
    return {piece_no: stops for piece_no, stops in found.items() if stops}


def _print_exactly(
    drafts: list[Draft], stops: dict[str, tuple[PrintStop, ...]]
) -> tuple[list[Draft], RenderedFile]:
    """What the layout itself complains about is found by printing each envelope alone."""
    if not drafts:
        return [], RenderedFile(b"", ())
    try:
        return drafts, render([draft.sheets for draft in drafts])
    except CannotPrint:
        for draft in drafts:
            stops |= _complaint(draft.sheets)
        rest = [draft for draft in drafts if draft.envelope.piece_no not in stops]
        if len(rest) == len(drafts):
            raise
        return _print_exactly(rest, stops)


def _complaint(sheets: EnvelopeSheets) -> dict[str, tuple[PrintStop, ...]]:
    try:
        render([sheets])
    except CannotPrint as complaint:
        return {sheets.piece_no: complaint.stops}
    return {}


@transaction.atomic
def _publish(
    chunk: RenderChunk,
    printable: list[Draft],
    made: RenderedFile,
    sha256: str,
    stops: dict[str, tuple[PrintStop, ...]],
) -> bool:
    locked(chunk.batch)
    ours = RenderChunk.objects.filter(pk=chunk.pk, state=RenderState.RENDERING, attempt=chunk.attempt)
    published = ours.update(
        state=RenderState.DONE, sha256=sha256, pages=sum(made.page_counts), lease_until=None, error=""
    )
    if not published:
        return False
    write_printed(
        ids=[draft.envelope.pk for draft in printable],
        pages=made.page_counts,
        contents=[draft.content_sha256() for draft in printable],
    )
    for piece_no, reasons in stops.items():
        Envelope.objects.filter(piece_no=piece_no).update(
            batch=None,
            position=None,
            stop_code=reasons[0].code,
            stop_detail="\n".join(f"{stop.slot}: {stop.code} {stop.detail}".rstrip() for stop in reasons),
        )
    if stops:
        recount([chunk.batch_id])
    return True


@transaction.atomic
def _give_back(chunk: RenderChunk, error: str) -> None:
    locked(chunk.batch)
    ours = RenderChunk.objects.filter(pk=chunk.pk, state=RenderState.RENDERING, attempt=chunk.attempt)
    given = ours.update(state=RenderState.READY, lease_until=None, queued_at=None, error=error)
    if given and chunk.attempt >= MOST_ATTEMPTS:
        fail_chunk(chunk, error)
