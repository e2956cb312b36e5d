"""Who waits for whom: whose turn it is with a batch, and what is to be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from mailing.models import Case, PrintBatch, RenderChunk
from mailing.states import BatchState, CaseKind, RenderState, Turn

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_B = BatchState
_RENDERING = Q(state=_B.PLANNED, render_state=RenderState.RENDERING)


class Waiting(NamedTuple):
    """Whose turn it is, and for what; nobody's once a batch has ended."""

    turn: Turn | None
    words: str

    def __str__(self) -> str:
        return f"{self.turn.label}：{self.words}" if self.turn else "—"


def with_waiting(batches: QuerySet[PrintBatch]) -> QuerySet[PrintBatch]:
    """The batches with what `waiting_for` has to know of each."""
    cases = Case.objects.filter(batch=OuterRef("pk"), closed_at__isnull=True)
    chunks = RenderChunk.objects.filter(batch=OuterRef("pk"), revision=OuterRef("revision"))
    return batches.annotate(
        open_cases=_count(cases),
        held_remakes=Exists(cases.filter(kind=CaseKind.TOO_MANY_REMAKES)),
        chunks_all=_count(chunks),
        chunks_done=_count(chunks.filter(state=RenderState.DONE)),
    )


def waiting_for(batch: PrintBatch) -> Waiting:
    """Of a batch from `with_waiting`."""
    open_cases, held = batch.open_cases, batch.held_remakes  # type: ignore[attr-defined]
    if held:
        return Waiting(Turn.SUPERVISOR, _("再作成の確認"))
    if batch.state == _B.PLANNED:
        return _planned(batch)
    if batch.state == _B.RELEASED and open_cases:
        return Waiting(Turn.CLERK, _("差異 %(cases)d件") % {"cases": open_cases})
    words: dict[str, tuple[Turn, StrOrPromise]] = {
        _B.RENDERED: (Turn.CLERK, _("提出")),
        _B.SUBMITTED: (Turn.SUPERVISOR, _("承認")),
        _B.REJECTED: (Turn.CLERK, _("作り直し")),
        _B.APPROVED: (Turn.SUPERVISOR, _("引渡し")),
        _B.RELEASED: (Turn.VENDOR, _("封入結果")),
        _B.RECONCILED: (Turn.CLERK, _("差出")),
        _B.POSTED: (Turn.CLERK, _("完了")),
    }
    if batch.state not in words:
        return Waiting(None, "")
    turn, what = words[batch.state]
    return Waiting(turn, str(what))


def whose_turn(batches: QuerySet[PrintBatch], turn: str) -> QuerySet[PrintBatch]:
    """Those of the batches with which it is somebody's turn; the batches come from `with_waiting`."""
    held = Q(held_remakes=True)
    turns = {
        Turn.WORKERS: _RENDERING,
        Turn.SUPERVISOR: held | Q(state__in=[_B.SUBMITTED, _B.APPROVED]),
        Turn.VENDOR: ~held & Q(state=_B.RELEASED, open_cases=0),
        Turn.CLERK: ~held
        & (
            Q(state=_B.PLANNED) & ~_RENDERING
            | Q(state__in=[_B.RENDERED, _B.REJECTED, _B.RECONCILED, _B.POSTED])
            | Q(state=_B.RELEASED, open_cases__gt=0)
        ),
    }
    return batches.filter(turns[Turn(turn)])


def _planned(batch: PrintBatch) -> Waiting:
    if batch.render_state == RenderState.RENDERING:
        done, every = batch.chunks_done, batch.chunks_all  # type: ignore[attr-defined]
        return Waiting(Turn.WORKERS, _("組版 %(done)d／%(all)d") % {"done": done, "all": every})
    if batch.render_state == RenderState.FAILED:
        return Waiting(Turn.CLERK, _("組版の失敗の確認"))
    return Waiting(Turn.CLERK, _("組版の開始"))


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("batch").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
