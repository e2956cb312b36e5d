"""還付受付: one scan at the returns desk, its answer at once and its undo (design §4.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from issuance.services import keep_open
from japan.piece_number import is_piece_number, normalise_scanned
from mailing.models import Envelope
from mailing.services import mark_returned, unmark_returned
from returns.intake import make_in, tray_in
from returns.models import ReturnEvent, ReturnTray, UnknownReturn
from returns.services.trays import put_into_tray, take_out_of_tray
from returns.services.unknown import keep_unknown, unknown_kind
from returns.sql.rerouting import code_of_event
from returns.states import ExceptionCode, ReturnEnd, ReturnReason

if TYPE_CHECKING:
    from uuid import UUID

    from backoffice.models import User
    from issuance.models import Campaign
    from returns.intake import TrayLabel


class ScanKind(StrEnum):
    """What a scan turned out to be."""

    RECORDED = "recorded"
    REPEATED = "repeated"
    MISREAD = "misread"
    UNKNOWN = "unknown"
    OTHER_CAMPAIGN = "other_campaign"
    NOT_POSTED = "not_posted"
    SUPERSEDED = "superseded"
    NEVER_ORDERED = "never_ordered"
    TRAY_LABEL = "tray_label"


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
    """What the desk says about a scan. `event` and `envelope` are there for recorded and repeated ones, `next_step` while the
    envelope waits for its cycle, `unknown` for those that were put into the queue of unknown returns, `tray` for a tray's label
    (None: there is no such tray)."""

    kind: ScanKind
    scanned: str
    event: ReturnEvent | None = None
    envelope: Envelope | None = None
    next_step: NextStep | None = None
    code: str = ""
    unknown: UnknownReturn | None = None
    tray: ReturnTray | None = None


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

    Full-width digits, blanks and hyphens are understood. A wrong check digit stores nothing (`misread`), and neither does the
    label of a tray, which is told apart. A piece that is none
    of the campaign's posted ones is kept for a person. A resend of a standing scan with the same nonce gets the first answer;
    another number, or a scan that was undone, is never taken for a resend.

    :raises PermissionDenied: `by` may not log returns.
    :raises Refused: `unknown_reason`; `returned_before_posting`; `tray_full` or `tray_closed`; `campaign_closed`.
    """
    by.require(Permission.LOG_RETURNS)
    if reason not in ReturnReason.values:
        raise Refused("unknown_reason", _("還付理由を選んでください。"))
    if label := tray_in(scanned):
        return ScanAnswer(ScanKind.TRAY_LABEL, scanned.strip(), tray=_tray_of(label))
    number = normalise_scanned(scanned)
    if not is_piece_number(number):
        return ScanAnswer(ScanKind.MISREAD, number)
    keep_open(campaign)
    envelope, make_no = _envelope_of(number), make_in(scanned)
    if kind := unknown_kind(campaign, envelope, make_no):
        piece = keep_unknown(
            campaign=campaign,
            number=number,
            kind=kind,
            envelope=envelope,
            make_no=make_no,
            note=note,
            at=at,
            by=by,
        )
        return ScanAnswer(ScanKind(kind.value), number, unknown=piece)
    assert envelope is not None
    if earlier := _standing(envelope):
        resent = nonce is not None and earlier.nonce == nonce
        return _answer(ScanKind.RECORDED if resent else ScanKind.REPEATED, campaign, number, earlier)
    _require_after_posting(envelope, returned_on)
    event = ReturnEvent(envelope=envelope, reason=reason, returned_on=returned_on, note=note, tray=tray)
    event.nonce = None if _is_spent(nonce) else nonce
    return _answer(ScanKind.RECORDED, campaign, number, _store(event, at, by))


@transaction.atomic
def undo_return(*, event: ReturnEvent, at: datetime, by: User) -> None:
    """Take back one's own last scan while nothing has followed from it: the envelope is posted again.

    :raises Refused: `not_undoable`.
    """
    by.require(Permission.LOG_RETURNS)
    # Locked: of two clicks one undoes, and a cycle has either judged the return before or never sees it.
    now = ReturnEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    scans = ReturnEvent.objects.filter(undone_at__isnull=True, recorded_by=by, source__isnull=True)
    mine = scans.order_by("-pk").first()
    if mine is None or mine.pk != now.pk or now.undone_at is not None or now.state != ReturnEnd.WAITING:
        raise Refused("not_undoable", _("取り消せるのは、ご自身が最後に読み取った1通だけです。"))
    ReturnEvent.objects.filter(pk=now.pk).update(undone_at=at, undone_by=by)
    take_out_of_tray(mine.tray)
    unmark_returned(envelopes=Envelope.objects.filter(pk=mine.envelope_id), at=at, by=by)


def _answer(kind: ScanKind, campaign: Campaign, number: str, event: ReturnEvent) -> ScanAnswer:
    envelope = Envelope.objects.select_related("branch").get(pk=event.envelope_id)
    if event.state != ReturnEnd.WAITING:
        return ScanAnswer(kind, number, event, envelope)
    code = code_of_event(campaign_id=campaign.pk, event_id=event.pk, cutoff=date.max)
    step = _STEP_OF.get(code, NextStep.BRANCH_INQUIRY)
    return ScanAnswer(kind, number, event, envelope, step, code)


def _tray_of(label: TrayLabel) -> ReturnTray | None:
    """The tray that bears it, of whichever campaign."""
    rows = ReturnTray.objects.select_related("campaign", "opened_by")
    return rows.filter(campaign__code=label.campaign_code, number=label.number).first()


def _envelope_of(number: str) -> Envelope | None:
    """The piece, locked: two stations that scan it at once come one after the other."""
    return Envelope.objects.select_for_update(of=("self",)).filter(piece_no=number).first()


def _standing(envelope: Envelope) -> ReturnEvent | None:
    rows = ReturnEvent.objects.filter(envelope=envelope, undone_at__isnull=True)
    return rows.select_related("envelope", "recorded_by", "tray").first()


def _is_spent(nonce: UUID | None) -> bool:
    """Whether an old page sends the nonce of another piece or of an undone scan; the scan is a new one then."""
    return nonce is not None and ReturnEvent.objects.filter(nonce=nonce).exists()


def _store(event: ReturnEvent, at: datetime, by: User) -> ReturnEvent:
    """The new return, its place in the tray, and its envelope's move."""
    event.recorded_at, event.recorded_by = at, by
    event.save(force_insert=True)
    put_into_tray(event.tray)
    mark_returned(envelopes=Envelope.objects.filter(pk=event.envelope_id), at=at, by=by)
    return event


def _require_after_posting(envelope: Envelope, returned_on: date) -> None:
    if envelope.posted_on is not None and returned_on < envelope.posted_on:
        message = _("還付日が差出日（%(posted_on)s）より前です。還付日をご確認ください。")
        raise Refused("returned_before_posting", message % {"posted_on": envelope.posted_on.isoformat()})
