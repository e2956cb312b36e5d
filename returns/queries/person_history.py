"""What came back of the envelopes a household's certificates lay in, and what was done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.parts import TimelineEntry
from backoffice.staff import staff_name
from backoffice.tones import Tone
from japan.piece_number import grouped
from mailing.models import Envelope
from returns.models import (
    AddressCorrection,
    CollectedCard,
    DeliveryException,
    ExceptionEntry,
    ReasonCorrection,
    ReturnEvent,
)
from returns.states import CorrectionOutcome, ExceptionStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from backoffice.models import User
    from issuance.models import InsuredPerson


def return_entries(people: Sequence[InsuredPerson]) -> Iterable[TimelineEntry]:
    """Returns with their reasons and what was corrected or undone of them, exceptions with every step taken, cards sent back."""
    envelopes = Envelope.objects.filter(cards__certificate__person__in=people).values("pk")
    yield from _returns(ReturnEvent.objects.filter(envelope__in=envelopes))
    yield from _exceptions(DeliveryException.objects.filter(event__envelope__in=envelopes))
    cards = CollectedCard.objects.filter(certificate__person__in=people).order_by("pk")
    for card in cards.select_related("certificate__person", "recorded_by", "answered_by"):
        told = {"serial": card.certificate.serial, "edaban": card.certificate.person.edaban}
        title = _("資格確認書 %(serial)s（枝番 %(edaban)s）が返納されました") % told
        yield TimelineEntry(card.recorded_at, title, card.get_reason_display(), who=_who(card.recorded_by))
        if card.answered_at:
            answered = _("資格確認書 %(serial)s（枝番 %(edaban)s）の返納を確認しました") % told
            yield TimelineEntry(card.answered_at, answered, who=_who(card.answered_by))


def _returns(events: QuerySet[ReturnEvent]) -> Iterable[TimelineEntry]:
    rows = events.select_related("envelope", "recorded_by", "undone_by").order_by("pk")
    found = {event.pk: event for event in rows}
    for event in found.values():
        piece = {"piece_no": grouped(event.envelope.piece_no)}
        title = _("封筒 %(piece_no)s が還付されました") % piece
        reason, who = event.get_reason_display(), _who(event.recorded_by)
        yield TimelineEntry(event.recorded_at, title, reason, who=who, tone=Tone.WAITING)
        if event.undone_at:
            undone = _("封筒 %(piece_no)s の還付の読取りを取り消しました") % piece
            yield TimelineEntry(event.undone_at, undone, who=_who(event.undone_by))
    for correction in ReasonCorrection.objects.filter(event__in=found).select_related("corrected_by"):
        told = {"piece_no": grouped(found[correction.event_id].envelope.piece_no)}
        title = _("封筒 %(piece_no)s の還付理由を訂正しました") % told
        detail = f"{correction.get_was_display()} → {correction.get_became_display()}"
        yield TimelineEntry(correction.corrected_at, title, detail, who=_who(correction.corrected_by))


def _exceptions(exceptions: QuerySet[DeliveryException]) -> Iterable[TimelineEntry]:
    """What was written about them stays with who works on them; that and by whom is told."""
    rows = list(exceptions.select_related("resolved_by").order_by("pk"))
    for exception in rows:
        title = _("個別対応になりました：%(code)s") % {"code": exception.get_code_display()}
        yield TimelineEntry(exception.opened_at, title, tone=Tone.DANGER)
    for entry in ExceptionEntry.objects.filter(exception__in=rows).select_related("by").order_by("pk"):
        title = _("個別対応：%(step)s") % {"step": ExceptionStep(entry.step).label}
        yield TimelineEntry(entry.at, title, who=_who(entry.by))
    sent = AddressCorrection.objects.filter(exception__in=rows, outcome=CorrectionOutcome.SENT)
    for correction in sent.select_related("decided_by").order_by("pk"):
        assert correction.decided_at is not None
        title = _("訂正した住所への再送付を確認しました")
        yield TimelineEntry(correction.decided_at, title, who=_who(correction.decided_by))
    for exception in rows:
        if exception.resolved_at:
            result = exception.get_resolution_display()
            done = _("個別対応が完了しました：%(result)s") % {"result": result}
            who = _who(exception.resolved_by)
            yield TimelineEntry(exception.resolved_at, done, who=who, tone=Tone.SUCCESS)


def _who(user: User | None) -> str:
    return staff_name(user) if user else ""
