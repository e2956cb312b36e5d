"""後日到達: the person called, the envelope is there after all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.languages import listed
from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.states import move
from mailing.models import Envelope
from mailing.services import mark_delivered_after_all
from returns.models import DeliveryException, ReturnEvent
from returns.queries import valid_cards
from returns.states import ExceptionCode, ExceptionState, Resolution, ReturnEnd

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User


@transaction.atomic
def deliver_after_all(*, event: ReturnEvent, note: str, at: datetime, by: User) -> None:
    """End a waiting return or an open exception because the envelope was delivered.

    :raises PermissionDenied: `by` may not work on exceptions, or not on 不開示 ones.
    :raises Refused: `rerouted_already`: newer certificates are on their way and only those are valid; `already_resolved`.
    """
    by.require(Permission.WORK_EXCEPTIONS)
    exception = DeliveryException.objects.filter(event=event)
    # In the order of whoever works on the exception.
    exception.select_for_update(of=("self",)).first()
    now = ReturnEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if now.state == ReturnEnd.REROUTED or exception.filter(resolution=Resolution.SENT_AGAIN).exists():
        raise Refused("rerouted_already", valid_one(now))
    if exception.filter(code=ExceptionCode.NONDISCLOSURE).exists():
        by.require(Permission.VIEW_NONDISCLOSED)
    moved = move(
        exception,
        to=ExceptionState.RESOLVED.value,
        at=at,
        by=by,
        resolution=Resolution.DELIVERED_AFTER_ALL.value,
        note=note,
        resolved_at=at,
        resolved_by=by,
    )
    if now.undone_at or (exception.exists() and not moved):
        raise Refused("already_resolved", _("この還付は、すでに対応が完了しています。"))
    done = move(
        ReturnEvent.objects.filter(pk=now.pk),
        to=ReturnEnd.DELIVERED_AFTER_ALL.value,
        at=at,
        by=by,
        # Words of staff are kept where they can be erased, not in the history of moves.
        note="\n".join(filter(None, (now.note, "" if moved else note))),
    )
    if not done:
        raise Refused("already_resolved", _("この還付は、すでに対応が完了しています。"))
    mark_delivered_after_all(envelopes=Envelope.objects.filter(pk=now.envelope_id), at=at, by=by)


def valid_one(event: ReturnEvent) -> str:
    """What somebody who calls about a re-made envelope is told: which of the certificates is valid now."""
    parts = [
        _("封筒 %(piece_no)s の資格確認書（証番号 %(serials)s）")
        % {"piece_no": piece_no, "serials": listed(serials)}
        for piece_no, serials in valid_cards(event).items()
    ]
    if not parts:
        return _("すでに再作成されましたが、資格喪失か返納のため、いま有効な資格確認書はありません。")
    told = _("すでに再作成されています。有効なのは、%(cards)sです。前に届いた資格確認書は使えません。")
    return told % {"cards": listed(parts)}
