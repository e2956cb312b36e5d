"""事業所宛の送付物: which envelopes of a batch one employer gets together, and which of them its letter precedes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from mailing.models import Envelope
from mailing.states import EnvelopeKind

if TYPE_CHECKING:
    from collections.abc import Iterable


class InParcel(Protocol):
    """An employer envelope, and where it lies."""

    @property
    def pk(self) -> int: ...
    @property
    def piece_no(self) -> str: ...
    @property
    def batch_id(self) -> int | None: ...
    @property
    def employer_id(self) -> int | None: ...


def parcels_of(envelopes: Iterable[InParcel], *, most: int) -> dict[int, tuple[str, ...]]:
    """By the envelope that begins it, the pieces of each parcel that these envelopes belong to: what one employer gets of one
    batch, in its order, at most `most` at a time (as many as a letter can name). An envelope in no batch is a parcel of its own.
    """
    wanted = list(envelopes)
    batches = {one.batch_id for one in wanted if one.batch_id}
    parcels: dict[tuple[int | None, int | None], list[tuple[int, str]]] = defaultdict(list)
    if batches:
        employers = {one.employer_id for one in wanted}
        together = Envelope.objects.filter(
            batch__in=batches, employer__in=employers, kind=EnvelopeKind.EMPLOYER
        )
        rows = together.order_by("position", "pk").values_list("batch_id", "employer_id", "pk", "piece_no")
        for batch_id, employer_id, pk, piece_no in rows:
            parcels[batch_id, employer_id].append((pk, piece_no))
    alone = [[(one.pk, one.piece_no)] for one in wanted if not one.batch_id]
    return {
        pieces[start][0]: tuple(piece_no for _pk, piece_no in pieces[start : start + most])
        for pieces in (*parcels.values(), *alone)
        for start in range(0, len(pieces), most)
    }
