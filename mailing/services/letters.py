"""送付状: the letter before an employer's parcel, after a piece of the parcel has come to grief (R23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailing.models import Envelope
from mailing.queries.parcels import parcels_of
from mailing.rendering.sheets import MOST_INNER
from mailing.states import EnvelopeKind, EnvelopeState

if TYPE_CHECKING:
    from collections.abc import Iterable

_ON_THEIR_WAY = (EnvelopeState.RELEASED, EnvelopeState.INSERTED)


def letters_to_print_again(gone: Iterable[Envelope]) -> list[Envelope]:
    """The envelopes before which lies a letter that is lost, or says what is no longer true, because these pieces are spoiled, missing
    or pulled: those that begin a parcel of which something else still goes. To be asked while the pieces are in their batch.
    """
    lost = [one for one in gone if one.kind == EnvelopeKind.EMPLOYER]
    if not lost:
        return []
    numbers = {one.piece_no for one in lost}
    parcels = {
        begins: pieces
        for begins, pieces in parcels_of(lost, most=MOST_INNER).items()
        if len(pieces) > 1 and numbers.intersection(pieces)
    }
    inner = {piece for pieces in parcels.values() for piece in pieces} - numbers
    there = Envelope.objects.filter(piece_no__in=inner, state__in=_ON_THEIR_WAY)
    going = set(there.values_list("piece_no", flat=True))
    wrong = [begins for begins, pieces in parcels.items() if going.intersection(pieces)]
    return list(Envelope.objects.filter(pk__in=wrong).order_by("position", "pk"))
