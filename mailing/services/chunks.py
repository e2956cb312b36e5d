"""One worker's work on one chunk: claim it under a lease, print it, publish it if it is still ours."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from mailing.models import Envelope, PrintBatch, RenderChunk
from mailing.rendering.documents import PrintStop
from mailing.rendering.press import collector_at_rest, print_sheaf
from mailing.services.documents import read_drafts
from mailing.services.file_store import CHUNKS, SHEAF, store_for_now
from mailing.services.guards import locked
from mailing.services.rendering import MOST_ATTEMPTS, fail_chunk
from mailing.sql.enclosed import row_by_row
from mailing.sql.planning import recount
from mailing.sql.rendering import reset_chunks_of, wait_for_no_disk, write_printed
from mailing.states import BatchState, EnvelopeKind, RenderState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from django.db.models import QuerySet

    from mailing.rendering.press import Printed

# A chunk takes a few seconds; together with the sweep every 20 s a killed worker's is taken over within a minute.
LEASE = timedelta(seconds=30)


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
    wait_for_no_disk()
    rendering = PrintBatch.objects.filter(state=BatchState.PLANNED, render_state=RenderState.RENDERING)
    taken = RenderChunk.objects.filter(
        Q(state=RenderState.READY) | Q(state=RenderState.RENDERING, lease_until__lt=at),
        pk=chunk_id,
        attempt__lt=MOST_ATTEMPTS,
        batch__in=rendering.values("pk"),
    ).update(
        state=RenderState.RENDERING,
        lease_until=at + LEASE,
        attempt=F("attempt") + 1,
        claim_no=F("claim_no") + 1,
    )
    return Claim(RenderChunk.objects.get(pk=chunk_id)) if taken else None


@collector_at_rest()
def print_chunk(*, claim: Claim) -> bool:
    """Print the chunk's envelopes, store the file and publish it; False if the claim was lost meanwhile.

    An envelope that cannot be printed exactly, holds a held person or would go to a closed employer leaves the batch with its
    reason and waits for a person; its neighbours are printed.
    """
    chunk = claim.chunk
    drafts, facts = read_drafts(envelopes_of(chunk))
    printed = print_sheaf([draft.sheets for draft in drafts if not draft.stop])
    unwanted = [PrintStop(draft.sheets.piece_no, "", draft.stop.value, "") for draft in drafts if draft.stop]
    stops: dict[str, list[PrintStop]] = defaultdict(list)
    for stop in (*unwanted, *printed.stops):
        stops[stop.piece_no].append(stop)
    sha256 = store_for_now(CHUNKS, printed.sheaf.to_bytes(), SHEAF)
    done = [draft.pk for draft in drafts if draft.sheets.piece_no not in stops]
    return _publish(chunk, done, printed, sha256, "" if stops else facts, stops)


def envelopes_of(chunk: RenderChunk) -> QuerySet[Envelope]:
    """The envelopes of the chunk's range that are still in the batch."""
    places = (chunk.first_position, chunk.last_position)
    return Envelope.objects.filter(batch=chunk.batch_id, position__range=places)


@transaction.atomic
def _publish(
    chunk: RenderChunk,
    envelope_ids: list[int],
    printed: Printed,
    sha256: str,
    facts: str,
    stops: Mapping[str, Sequence[PrintStop]],
) -> bool:
    wait_for_no_disk()
    locked(chunk.batch)
    published = _ours(chunk).update(
        state=RenderState.DONE,
        sha256=sha256,
        facts=facts,
        pages=sum(printed.sheaf.page_counts),
        lease_until=None,
        error="",
    )
    if not published:
        return False
    with row_by_row():
        write_printed(
            ids=envelope_ids,
            pages=printed.sheaf.page_counts,
            contents=printed.content_hashes,
            first_page=chunk.first_position,
        )
    if chunk.batch.kind == EnvelopeKind.EMPLOYER:
        reset_chunks_of(list(Envelope.objects.filter(piece_no__in=stops).values_list("pk", flat=True)))
    for piece_no, reasons in stops.items():
        Envelope.objects.filter(piece_no=piece_no).update(
            batch=None,
            position=None,
            stop_code=reasons[0].code,
            stop_detail="\n".join(
                f"{stop.slot}: {stop.code} {stop.detail}".rstrip() for stop in reasons if stop.slot
            ),
        )
    if stops:
        recount([chunk.batch_id])
    return True


@transaction.atomic
def _give_back(chunk: RenderChunk, error: str) -> None:
    locked(chunk.batch)
    given = _ours(chunk).update(state=RenderState.READY, lease_until=None, queued_at=None, error=error)
    if given and chunk.attempt >= MOST_ATTEMPTS:
        fail_chunk(chunk, error)


def _ours(chunk: RenderChunk) -> QuerySet[RenderChunk]:
    """The chunk, as long as nobody has claimed it after us and it was not set back to be made again."""
    return RenderChunk.objects.filter(pk=chunk.pk, state=RenderState.RENDERING, claim_no=chunk.claim_no)
