"""再送付（住所の訂正）: an exceptional envelope goes to another address once two people have looked at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.states import move
from mailing.services import Address, check_address, send_again
from returns.models import AddressCorrection, DeliveryException, ExceptionEntry
from returns.services.exception_work import already_resolved, locked_for_work, owned_by_other
from returns.states import CorrectionOutcome, ExceptionCode, ExceptionState, ExceptionStep, Resolution

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User
    from mailing.models import Envelope


@transaction.atomic
def propose_resend(
    *, exception: DeliveryException, to: Address, note: str, at: datetime, by: User
) -> AddressCorrection:
    """Write down where an exceptional envelope is to go, and how that is known; somebody else has to confirm it.

    :raises PermissionDenied: `by` may not work on exceptions, or not on this one.
    :raises Refused: `already_resolved`; `owned_by_other`; `bad_address`; `note_missing`; `already_proposed`; `nondisclosure`: such
        people are written to by a permitted person alone.
    """
    now = locked_for_work(exception, by)
    if now.owner not in (None, by):
        raise owned_by_other(now)
    if now.code == ExceptionCode.NONDISCLOSURE:
        raise Refused("nondisclosure", _("不開示の申出があるため、この方法では送れません。"))
    check_address(to)
    if not note.strip():
        raise Refused("note_missing", _("住所を確認した方法を入力してください。"))
    try:
        with transaction.atomic():
            made = AddressCorrection.objects.create(
                exception=now,
                postal_code=to.postal_code,
                address1=to.address1,
                address2=to.address2,
                note=note.strip(),
                proposed_at=at,
                proposed_by=by,
            )
    except IntegrityError:
        raise Refused("already_proposed", _("この封筒には、確認を待っている訂正がすでにあります。")) from None
    _note(now, ExceptionStep.PROPOSED, note, at, by)
    made.refresh_from_db(fields=["public_id"])
    return made


@transaction.atomic
def confirm_resend(*, correction: AddressCorrection, at: datetime, by: User) -> Envelope:
    """Send it: the exception ends, a new personal envelope to the corrected address waits for the next batches.

    :raises PermissionDenied: `by` may not work on exceptions, or not on this one.
    :raises Refused: `already_resolved`; `already_decided`; `same_person`; `nobody_to_send_to`.
    """
    now = locked_for_work(correction.exception, by)
    if correction.proposed_by_id == by.pk:
        raise Refused("same_person", _("提案した本人は確認できません。別の担当者が確認してください。"))
    to = Address(correction.postal_code, correction.address1, correction.address2)
    envelope = send_again(envelope=now.event.envelope, to=to, at=at, by=by)
    _decide(correction, CorrectionOutcome.SENT, at, by, envelope)
    moved = move(
        DeliveryException.objects.filter(pk=now.pk),
        to=ExceptionState.RESOLVED.value,
        at=at,
        by=by,
        resolution=Resolution.SENT_AGAIN.value,
        note=correction.note,
        resolved_at=at,
        resolved_by=by,
    )
    if not moved:
        raise already_resolved()
    return envelope


@transaction.atomic
def withdraw_resend(*, correction: AddressCorrection, at: datetime, by: User) -> None:
    """Take the corrected address back: it is wrong, or no longer needed.

    :raises PermissionDenied: `by` may not work on exceptions, or not on this one.
    :raises Refused: `already_resolved`; `already_decided`.
    """
    now = locked_for_work(correction.exception, by)
    _decide(correction, CorrectionOutcome.WITHDRAWN, at, by, None)
    _note(now, ExceptionStep.WITHDRAWN, "", at, by)


def _decide(
    correction: AddressCorrection,
    outcome: CorrectionOutcome,
    at: datetime,
    by: User,
    envelope: Envelope | None,
) -> None:
    waiting = AddressCorrection.objects.filter(pk=correction.pk, outcome=CorrectionOutcome.OPEN)
    if not waiting.update(outcome=outcome, decided_at=at, decided_by=by, envelope=envelope):
        raise Refused("already_decided", _("この訂正は、すでに確認または取下げが済んでいます。"))


def _note(exception: DeliveryException, step: ExceptionStep, note: str, at: datetime, by: User) -> None:
    ExceptionEntry.objects.create(exception=exception, step=step.value, note=note, at=at, by=by)
