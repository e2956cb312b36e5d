"""What became of the envelopes one person's certificates lay in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.models import Transition
from backoffice.parts import TimelineEntry
from backoffice.staff import staff_name
from backoffice.tones import tone_of
from mailing.models import Envelope
from mailing.states import ENVELOPE_STATES, EnvelopeState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from issuance.models import InsuredPerson


def envelope_entries(person: InsuredPerson) -> Iterable[TimelineEntry]:
    """The making and every move of each envelope that holds or held one of the person's certificates."""
    rows = Envelope.objects.filter(cards__certificate__person=person).order_by("pk")
    envelopes = {envelope.pk: envelope for envelope in rows}
    for envelope in envelopes.values():
        title = _("封筒 %(piece_no)s（%(kind)s）に入りました") % _names(envelope)
        yield TimelineEntry(envelope.created_at, title)
    moves = Transition.objects.filter(entity=ENVELOPE_STATES.entity, subject_id__in=envelopes)
    labels = dict(EnvelopeState.choices)
    for move in moves.select_related("by").order_by("pk"):
        envelope = envelopes[move.subject_id]
        label = labels[EnvelopeState(move.to_state)]
        title = _("封筒 %(piece_no)s（%(kind)s）：%(label)s") % {**_names(envelope), "label": label}
        who = staff_name(move.by) if move.by else ""
        yield TimelineEntry(move.at, title, who=who, tone=tone_of(move.to_state))


def _names(envelope: Envelope) -> dict[str, str]:
    return {"piece_no": envelope.piece_no, "kind": envelope.get_kind_display()}
