"""What came back of the envelopes one person's certificates lay in, and what was done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.parts import TimelineEntry
from backoffice.staff import staff_name
from backoffice.tones import Tone
from returns.models import CollectedCard, DeliveryException, ReturnEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backoffice.models import User
    from issuance.models import InsuredPerson


def return_entries(person: InsuredPerson) -> Iterable[TimelineEntry]:
    """Returns with their reasons, exceptions with their outcomes, cards sent back."""
    inside = {"envelope__cards__certificate__person": person}
    for event in ReturnEvent.objects.filter(undone_at__isnull=True, **inside).select_related(
        "envelope", "recorded_by"
    ):
        title = _("封筒 %(piece_no)s が還付されました") % {"piece_no": event.envelope.piece_no}
        reason, who = event.get_reason_display(), _who(event.recorded_by)
        yield TimelineEntry(event.recorded_at, title, reason, who=who, tone=Tone.WAITING)
    about = {f"event__{path}": value for path, value in inside.items()}
    for exception in DeliveryException.objects.filter(**about).select_related("resolved_by"):
        title = _("個別対応になりました：%(code)s") % {"code": exception.get_code_display()}
        yield TimelineEntry(exception.opened_at, title, tone=Tone.DANGER)
        if exception.resolved_at:
            result = exception.get_resolution_display()
            done = _("個別対応が完了しました：%(result)s") % {"result": result}
            who = _who(exception.resolved_by)
            yield TimelineEntry(exception.resolved_at, done, who=who, tone=Tone.SUCCESS)
    cards = CollectedCard.objects.filter(certificate__person=person)
    for card in cards.select_related("certificate", "recorded_by"):
        title = _("資格確認書 %(serial)s が返納されました") % {"serial": card.certificate.serial}
        yield TimelineEntry(card.recorded_at, title, card.get_reason_display(), who=_who(card.recorded_by))


def _who(user: User | None) -> str:
    return staff_name(user) if user else ""
