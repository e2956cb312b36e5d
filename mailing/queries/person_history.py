"""What became of the envelopes a household's certificates lay in, and of the batches they were printed with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.models import Transition, WorkRun
from backoffice.parts import TimelineEntry
from backoffice.services.work_runs import workers_of
from backoffice.staff import staff_name
from backoffice.tones import tone_of
from japan.piece_number import grouped
from mailing.models import Envelope
from mailing.states import BATCH_STATES, ENVELOPE_STATES, BatchState, EnvelopeState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from issuance.models import InsuredPerson

# The other moves of a batch are told as those of the envelope.
_REASONS = {
    "address": gettext_lazy("住所の変更"),
    "employer_closed": gettext_lazy("事業所の全喪"),
    "lost": gettext_lazy("資格喪失の届出"),
    "undone": gettext_lazy("還付の読取りの取消し"),
    "nothing_to_print": gettext_lazy("印刷するものがないため"),
}
_TOLD_OF_BATCHES = (BatchState.SUBMITTED, BatchState.REJECTED, BatchState.APPROVED)


def envelope_entries(people: Sequence[InsuredPerson]) -> Iterable[TimelineEntry]:
    """The making and every move of each envelope that holds or held a certificate of these people, and who submitted, sent
    back and approved the batch it was in. That it came back is told by who knows why (`returns`)."""
    rows = Envelope.objects.filter(cards__certificate__person__in=people).distinct()
    envelopes = {one.pk: one for one in rows.select_related("batch", "employer").order_by("pk")}
    moves = list(_moves(ENVELOPE_STATES.entity, envelopes))
    yield from _made(people, envelopes, moves)
    labels = dict(EnvelopeState.choices)
    for move in moves:
        if move.to_state != EnvelopeState.RETURNED:
            told = {**_names(envelopes[move.subject_id]), "label": labels[EnvelopeState(move.to_state)]}
            yield _entry(move, _("封筒 %(piece_no)s（%(kind)s）：%(label)s") % told)
    batches = {one.batch_id: one.batch for one in envelopes.values() if one.batch}
    for move in _moves(BATCH_STATES.entity, batches).filter(to_state__in=_TOLD_OF_BATCHES):
        batch = batches[move.subject_id]
        told = {"number": batch.number, "label": BatchState(move.to_state).label}
        yield _entry(move, _("印刷バッチ %(number)s：%(label)s") % told)


def _made(
    people: Sequence[InsuredPerson], envelopes: dict[int, Envelope], moves: list[Transition]
) -> Iterable[TimelineEntry]:
    """By whom: who packed, or who let the envelope before it be re-made."""
    workers = workers_of(people[0].household.campaign.public_id) if people else {}
    before = {move.subject_id: move.by for move in moves if move.to_state != EnvelopeState.RETURNED}
    for envelope in envelopes.values():
        follows = before.get(envelope.parent_id or envelope.replaces_id or 0)
        packed = workers.get((WorkRun.Step.PACKED, envelope.created_at), "")
        title = _("封筒 %(piece_no)s（%(kind)s）に入りました") % _names(envelope)
        detail = envelope.employer.name if envelope.kind == "employer" and envelope.employer else ""
        yield TimelineEntry(
            envelope.created_at, title, detail, who=staff_name(follows) if follows else packed
        )


def _moves(entity: str, subjects: Iterable[int | None]) -> QuerySet[Transition]:
    rows = Transition.objects.filter(entity=entity, subject_id__in=list(subjects))
    return rows.select_related("by").order_by("pk")


def _entry(move: Transition, title: str) -> TimelineEntry:
    who = staff_name(move.by) if move.by else ""
    detail = str(_REASONS.get(move.reason, move.reason))
    return TimelineEntry(move.at, title, detail, who=who, tone=tone_of(move.to_state))


def _names(envelope: Envelope) -> dict[str, str]:
    return {"piece_no": grouped(envelope.piece_no), "kind": envelope.get_kind_display()}
