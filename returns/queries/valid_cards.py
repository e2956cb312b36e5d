"""Which certificates are the valid ones of the people whose envelope came back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from issuance.states import CertificateState
from mailing.models import EnclosedCard, Envelope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from issuance.models import Certificate
    from returns.models import ReturnEvent


def valid_cards(event: ReturnEvent) -> dict[str, list[str]]:
    """The live certificates of everybody whose card lay in the returned envelope: their serials by the number of the envelope that
    holds them now. Empty: none of these people has a valid one any more."""
    inside = EnclosedCard.objects.filter(envelope=event.envelope_id).values("certificate__person")
    rows = EnclosedCard.objects.filter(
        certificate__person__in=inside, certificate__state=CertificateState.LIVE
    )
    found: dict[str, list[str]] = {}
    ordered = rows.order_by("envelope_id", "position").values_list(
        "envelope__piece_no", "certificate__serial"
    )
    for piece_no, serial in ordered:
        found.setdefault(piece_no, []).append(serial)
    return found


def envelopes_holding(cards: Sequence[Certificate]) -> dict[int, str]:
    """The number of the envelope in which each of these cards lies, by the card's key."""
    rows = EnclosedCard.objects.filter(certificate__in=cards)
    return dict(rows.values_list("certificate", "envelope__piece_no"))


def made_again(event: ReturnEvent) -> bool:
    """Whether newer certificates were made because this envelope came back."""
    return Envelope.objects.filter(parent=event.envelope_id).exists()
