"""What screens, commands and the returns side read about envelopes and batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from mailing.models import Case, Envelope, PrintBatch, RenderChunk, VendorResult
from mailing.states import BatchState, CaseKind, EnvelopeState, RenderState, VendorOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from issuance.models import Campaign


def batch_by_number(number: str) -> PrintBatch:
    """The batch with this public number.

    :raises Refused: `unknown_batch`.
    """
    batch = PrintBatch.objects.select_related("campaign", "branch").filter(number=number).first()
    if batch is None:
        raise Refused("unknown_batch", _("バッチ「%(number)s」はありません。") % {"number": number})
    return batch


def pull_list(batch: PrintBatch) -> QuerySet[Envelope]:
    """引抜きリスト: the envelopes of the batch's file that must not be posted, in the file's order."""
    return batch.envelopes.filter(state=EnvelopeState.PULLED).order_by("position", "pk")


@dataclass(frozen=True)
class BatchSum:
    """員数管理: what was ordered of a batch and what has become of it (interfaces §5.6).

    `spoiled_not_remade` are makes of this batch that are written off: spoiled ones, and missing ones whose case is closed.
    They are made again under the next make number in another batch; `remade` counts the makes of this batch after which a
    later one was inserted. `missing` are lost and unexplained. A piece inserted and then pulled counts as pulled.
    """

    ordered: int
    inserted: int
    pulled: int
    spoiled_not_remade: int
    missing: int
    remade: int

    @property
    def difference(self) -> int:
        """Pieces nobody has accounted for; nothing is posted or closed while there are any."""
        return self.ordered - self.inserted - self.pulled - self.spoiled_not_remade - self.missing


def batch_sum(batch: PrintBatch) -> BatchSum:
    """The reconciliation equation of a batch as it stands now."""
    cases = Case.objects.filter(
        envelope=OuterRef("envelope"),
        make_no=OuterRef("make_no"),
        kind=CaseKind.MISSING,
        closed_at__isnull=False,
    )
    later = VendorResult.objects.filter(
        envelope=OuterRef("envelope"), make_no__gt=OuterRef("make_no"), outcome=VendorOutcome.INSERTED
    )
    pulled = Q(envelope__state=EnvelopeState.PULLED)
    inserted = Q(outcome=VendorOutcome.INSERTED)
    missing = Q(outcome=VendorOutcome.MISSING)
    counted = batch.results.annotate(explained=Exists(cases), made_again=Exists(later)).aggregate(
        inserted=Count("pk", filter=inserted & ~pulled),
        pulled=Count("pk", filter=Q(outcome=VendorOutcome.PULLED) | (inserted & pulled)),
        spoiled_not_remade=Count(
            "pk", filter=Q(outcome=VendorOutcome.SPOILED) | (missing & Q(explained=True))
        ),
        missing=Count("pk", filter=missing & Q(explained=False)),
        remade=Count("pk", filter=Q(made_again=True)),
    )
    return BatchSum(ordered=batch.ordered or 0, **counted)


def unreported(batch: PrintBatch) -> QuerySet[Envelope]:
    """The pieces of the batch of which the vendor has said nothing yet, in the file's order."""
    said = VendorResult.objects.filter(batch=batch, envelope=OuterRef("pk"), make_no=OuterRef("make_no"))
    return batch.envelopes.filter(~Exists(said)).order_by("position", "pk")


@dataclass(frozen=True)
class RenderingProgress:
    """How far the workers are with some batches."""

    chunks: int
    chunks_done: int
    under_way: int
    rendered: int
    failed: int


def rendering_progress(batches: Sequence[int]) -> RenderingProgress:
    """How far the workers are with the present revisions of these batches."""
    done = Q(state=RenderState.DONE)
    chunks = RenderChunk.objects.filter(batch__in=batches, revision=F("batch__revision")).aggregate(
        chunks=Count("pk"), chunks_done=Count("pk", filter=done)
    )
    planned = Q(state=BatchState.PLANNED)
    states = PrintBatch.objects.filter(pk__in=batches).aggregate(
        under_way=Count("pk", filter=planned & Q(render_state=RenderState.RENDERING)),
        rendered=Count("pk", filter=Q(rendered_at__isnull=False)),
        failed=Count("pk", filter=Q(render_state=RenderState.FAILED)),
    )
    return RenderingProgress(**chunks, **states)


def stopped_envelopes(campaign: Campaign) -> QuerySet[Envelope]:
    """Envelopes that cannot be printed exactly and wait for a person, in order of branch and place."""
    stopped = Envelope.objects.filter(campaign=campaign, state=EnvelopeState.PLANNED).exclude(stop_code="")
    return stopped.order_by("branch", "ordinal", "pk")
