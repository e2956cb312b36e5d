"""Envelopes as staff may see them, what lies in them and what happened to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from backoffice.access import in_branch
from backoffice.models import Transition
from backoffice.parts import TimelineEntry
from backoffice.roles import Permission
from backoffice.staff import staff_name
from backoffice.tones import tone_of
from issuance.models import InsuredPerson
from japan.piece_number import normalise_scanned
from mailing.models import EnclosedCard, Envelope
from mailing.states import ENVELOPE_STATES, EnvelopeState

if TYPE_CHECKING:
    from backoffice.models import User
    from issuance.models import Campaign


def envelopes_for(user: User, campaign: Campaign) -> QuerySet[Envelope]:
    """The envelopes of a campaign the user may know of; those of 不開示 households need their own permission."""
    rows = Envelope.objects.filter(campaign=campaign)
    if not user.may(Permission.VIEW_NONDISCLOSED):
        hidden = InsuredPerson.objects.filter(household=OuterRef("household"), nondisclosure=True)
        rows = rows.filter(~Exists(hidden))
    return in_branch(rows, user, "branch_id")


def envelopes_out_of_sight(user: User, campaign: Campaign) -> QuerySet[Envelope]:
    """Those of 不開示 households in the user's branch that the user may not see."""
    rows = Envelope.objects.filter(campaign=campaign)
    if user.may(Permission.VIEW_NONDISCLOSED):
        return rows.none()
    hidden = InsuredPerson.objects.filter(nondisclosure=True).values("household")
    return in_branch(rows.filter(household__in=hidden), user, "branch_id")


def envelopes_by_number(rows: QuerySet[Envelope], words: str) -> QuerySet[Envelope]:
    """The envelopes with this 封筒番号, however it was typed or scanned, or this 引受番号."""
    digits = "".join(character for character in words if character.isdecimal())
    return rows.filter(Q(piece_no=normalise_scanned(words)) | Q(tracking_no=digits, tracking_no__gt=""))


def people_inside(envelope: Envelope) -> QuerySet[EnclosedCard]:
    """The cards in an envelope in their order, with their people."""
    cards = envelope.cards.select_related("certificate__person__household__branch")
    return cards.order_by("position")


def envelope_history(envelope: Envelope) -> list[TimelineEntry]:
    """Every move of an envelope, the newest first, beginning with its making."""
    made = TimelineEntry(envelope.created_at, _("封筒を作成しました"))
    moves = Transition.objects.filter(entity=ENVELOPE_STATES.entity, subject_id=envelope.pk)
    labels = dict(EnvelopeState.choices)
    later = [
        TimelineEntry(
            move.at,
            labels[EnvelopeState(move.to_state)],
            who=staff_name(move.by) if move.by else "",
            tone=tone_of(move.to_state),
        )
        for move in moves.select_related("by").order_by("-pk")
    ]
    return [*later, made]
