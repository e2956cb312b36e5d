"""例外: envelopes that wait for a person, and how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.states import move
from issuance.models import Certificate
from issuance.states import CertificateState
from mailing.models import EnclosedCard
from returns.models import DeliveryException
from returns.services.delivery import deliver_after_all
from returns.services.exception_work import already_resolved, locked_for_work, owned_by_other
from returns.states import ExceptionState, Resolution

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from backoffice.models import User

_GIVEN = (Resolution.HANDED_OVER, Resolution.BRANCH_CONTACT)


@transaction.atomic
def resolve_exception(
    *, exception: DeliveryException, resolution: str, note: str, at: datetime, by: User
) -> None:
    """Close an exception with its outcome and a word on what happened. 不開示 is for people who may see such persons; what
    somebody else has taken on is for them.

    :raises PermissionDenied: `by` may not work on exceptions, or not on this one.
    :raises Refused: `unknown_resolution`, `note_missing`, `already_resolved`, `owned_by_other`; `still_eligible`: it is to be
        cancelled, but somebody in the envelope is still to get a card; `nobody_eligible`: nobody in it may be given one any more.
    """
    now = locked_for_work(exception, by)
    if resolution not in dict(Resolution.by_hand()):
        raise Refused("unknown_resolution", _("対応の結果を選んでください。"))
    if not note.strip():
        raise Refused("note_missing", _("経過を入力してください。"))
    if now.owner not in (None, by):
        raise owned_by_other(now)
    if resolution == Resolution.DELIVERED_AFTER_ALL:
        deliver_after_all(event=now.event, note=note, at=at, by=by)
        return
    if resolution == Resolution.CANCELLED and _has_live_card(now):
        raise Refused(
            "still_eligible", _("資格のある方の資格確認書が入っているため、取りやめにはできません。")
        )
    if resolution in _GIVEN and now.event.envelope.cards.exists() and not _has_live_card(now):
        raise Refused(
            "nobody_eligible",
            _("資格のある方の資格確認書が入っていないため、お渡しできません。取りやめを選んでください。"),
        )
    moved = move(
        DeliveryException.objects.filter(pk=now.pk),
        to=ExceptionState.RESOLVED.value,
        at=at,
        by=by,
        resolution=resolution,
        note=note,
        resolved_at=at,
        resolved_by=by,
    )
    if not moved:
        raise already_resolved()


@transaction.atomic
def resolve_in_bulk(
    *, exceptions: Iterable[DeliveryException], resolution: str, note: str, at: datetime, by: User
) -> int:
    """Close many exceptions with the same outcome; all of them or none. Return how many.

    :raises PermissionDenied: as for one.
    :raises Refused: as for one, naming the envelope.
    """
    done = 0
    for exception in sorted(exceptions, key=lambda each: each.pk):
        try:
            resolve_exception(exception=exception, resolution=resolution, note=note, at=at, by=by)
        except Refused as refusal:
            message = _("封筒 %(piece_no)s：%(why)s 何も変わっていません。")
            values = {"piece_no": exception.event.envelope.piece_no, "why": refusal.message}
            raise Refused(refusal.code, message % values) from None
        done += 1
    return done


def _has_live_card(exception: DeliveryException) -> bool:
    inside = EnclosedCard.objects.filter(envelope=exception.event.envelope_id).values("certificate")
    return Certificate.objects.filter(pk__in=inside, state=CertificateState.LIVE).exists()
