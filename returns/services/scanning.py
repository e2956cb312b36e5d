"""還付受付: one scan at the returns desk, its answer at once, its undo and its correction (design §4.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from japan.piece_number import is_piece_number, normalise_scanned
from mailing.models import Envelope
from mailing.services import mark_returned, unmark_returned
from mailing.states import POSTED_ENVELOPE_STATES
from returns.models import ReturnEvent, ReturnTray, UnknownReturn
from returns.services.trays import put_into_tray, take_out_of_tray
from returns.sql.rerouting import code_of_event
from returns.states import ExceptionCode, ReturnEnd, ReturnReason

if TYPE_CHECKING:
    from uuid import UUID

    from backoffice.models import User
    from issuance.models import Campaign


class ScanKind(StrEnum):
    """What a scan turned out to be."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    MISREAD = "misread"
    UNKNOWN = "unknown"
    OTHER_CAMPAIGN = "other_campaign"
    NOT_POSTED = "not_posted"


class NextStep(StrEnum):
    """Who handles a recorded envelope next."""

    TO_EMPLOYER = "to_employer"
    BRANCH_INQUIRY = "branch_inquiry"
    HOLD = "hold"
    DESTROY = "destroy"


_STEP_OF = {
    "": NextStep.TO_EMPLOYER,
    ExceptionCode.LOST.value: NextStep.DESTROY,
    ExceptionCode.REFUSED.value: NextStep.HOLD,
    ExceptionCode.NONDISCLOSURE.value: NextStep.HOLD,
}


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """What the desk says about a scan. `event` and `envelope` are there for recorded and repeated ones."""

    kind: ScanKind
    scanned: str
    event: ReturnEvent | None = None
    envelope: Envelope | None = None
    next_step: NextStep | None = None
    code: str = ""


@transaction.atomic
def record_return(
    *,
    campaign: Campaign,
    scanned: str,
    reason: str,
    returned_on: date,
    at: datetime,
    by: User,
    nonce: UUID | None = None,
    tray: ReturnTray | None = None,
    note: str = "",
) -> ScanAnswer:
    """Record that an envelope came back, once, whoever scans it and however often, and say what happens to it.

    Full-width digits, blanks and hyphens are understood. A wrong check digit stores nothing (`misread`). A number that
    belongs to no posted envelope of the campaign is kept for a person. A resend of a standing scan with the same nonce gets
    the first answer; another number, or a scan that was undone, is never taken for a resend.

    :raises PermissionDenied: `by` may not log returns.
    :raises Refused: `unknown_reason`; `tray_full` or `tray_closed`.
    """
    by.require(Permission.LOG_RETURNS)
    if reason not in ReturnReason.values:
        raise Refused("unknown_reason", _("還付理由を選んでください。"))
    number = normalise_scanned(scanned)
    if sent := ReturnEvent.objects.filter(nonce=nonce).select_related("envelope").first() if nonce else None:
        if sent.undone_at is None and sent.envelope.piece_no == number:
            return _recorded(campaign, number, sent)
        nonce = None  # an old page: the scan is new, and the nonce is spent
    if not is_piece_number(number):
        return ScanAnswer(ScanKind.MISREAD, number)
    envelope = Envelope.objects.select_for_update(of=("self",)).filter(piece_no=number).first()
    if (
        envelope is None
        or envelope.campaign_id != campaign.pk
        or envelope.state not in POSTED_ENVELOPE_STATES
    ):
        return _keep_unknown(campaign, number, envelope, at, by)
    earlier = ReturnEvent.objects.filter(envelope=envelope, undone_at__isnull=True).first()
    if earlier:
        return ScanAnswer(ScanKind.REPEATED, number, earlier, _shown(envelope))
    event = ReturnEvent.objects.create(
        envelope=envelope,
        reason=reason,
        returned_on=returned_on,
        note=note,
        recorded_at=at,
        recorded_by=by,
        nonce=nonce,
        tray=tray,
    )
    put_into_tray(tray)
    mark_returned(envelopes=Envelope.objects.filter(pk=envelope.pk), at=at, by=by)
    return _recorded(campaign, number, event)


@transaction.atomic
def undo_return(*, event: ReturnEvent, at: datetime, by: User) -> None:
    """Take back one's own last scan while nothing has followed from it: the envelope is posted again.

    :raises Refused: `not_undoable`.
    """
    by.require(Permission.LOG_RETURNS)
    mine = ReturnEvent.objects.filter(undone_at__isnull=True, recorded_by=by).order_by("-pk").first()
    if mine is None or mine.pk != event.pk or mine.state != ReturnEnd.WAITING:
        raise Refused("not_undoable", _("取り消せるのは、ご自身が最後に読み取った1通だけです。"))
    ReturnEvent.objects.filter(pk=event.pk, undone_at__isnull=True).update(undone_at=at, undone_by=by)
    take_out_of_tray(mine.tray)
    unmark_returned(envelopes=Envelope.objects.filter(pk=mine.envelope_id), at=at, by=by)


@transaction.atomic
def correct_reason(*, event: ReturnEvent, reason: str, by: User) -> None:
    """Correct the reason of a return that still waits for its cycle.

    :raises Refused: `unknown_reason` or `not_correctable`.
    """
    by.require(Permission.LOG_RETURNS)
    if reason not in ReturnReason.values:
        raise Refused("unknown_reason", _("還付理由を選んでください。"))
    waiting = ReturnEvent.objects.filter(pk=event.pk, state=ReturnEnd.WAITING, undone_at__isnull=True)
    if not waiting.update(reason=reason):
        raise Refused("not_correctable", _("この還付は処理が進んでいるため、理由を訂正できません。"))


def _recorded(campaign: Campaign, number: str, event: ReturnEvent) -> ScanAnswer:
    code = code_of_event(campaign_id=campaign.pk, event_id=event.pk, cutoff=date.max)
    step = _STEP_OF.get(code, NextStep.BRANCH_INQUIRY)
    envelope = _shown(event.envelope)
    return ScanAnswer(ScanKind.RECORDED, number, event, envelope, step, code)


def _shown(envelope: Envelope) -> Envelope:
    return Envelope.objects.select_related("branch").get(pk=envelope.pk)


def _keep_unknown(
    campaign: Campaign, number: str, envelope: Envelope | None, at: datetime, by: User
) -> ScanAnswer:
    kind = ScanKind.UNKNOWN
    if envelope is not None:
        kind = ScanKind.NOT_POSTED if envelope.campaign_id == campaign.pk else ScanKind.OTHER_CAMPAIGN
    standing = UnknownReturn.objects.filter(campaign=campaign, scanned_text=number, resolved_at__isnull=True)
    if not standing.exists():
        UnknownReturn.objects.create(
            campaign=campaign, scanned_text=number, kind=kind.value, recorded_at=at, recorded_by=by
        )
    return ScanAnswer(kind, number)
