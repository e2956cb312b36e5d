"""不明の還付: pieces that came back and are none of the campaign's posted ones, from the scan to their outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.states import move
from mailing.states import POSTED_ENVELOPE_STATES
from returns.models import UnknownReturn
from returns.services.exception_work import already_resolved, first_due, locked_for_work, owned_by_other
from returns.states import UnknownKind, UnknownOutcome, UnknownState

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User
    from issuance.models import Campaign
    from mailing.models import Envelope


def unknown_kind(campaign: Campaign, envelope: Envelope | None, make_no: int | None) -> UnknownKind | None:
    """Why this piece is no return of the campaign, or None: it is one.

    A sheet code that names an earlier make is a spoiled sheet that should not exist any more; one that names a make nobody has
    ever ordered should not exist at all, whichever campaign's number it bears.
    """
    if envelope is None:
        return UnknownKind.UNKNOWN
    if make_no is not None and not 1 <= make_no <= envelope.make_no:
        return UnknownKind.NEVER_ORDERED
    if envelope.campaign_id != campaign.pk:
        return UnknownKind.OTHER_CAMPAIGN
    if make_no is not None and make_no < envelope.make_no:
        return UnknownKind.SUPERSEDED
    if envelope.state not in POSTED_ENVELOPE_STATES:
        return UnknownKind.NOT_POSTED
    return None


@transaction.atomic
def keep_unknown(
    *,
    campaign: Campaign,
    number: str,
    kind: UnknownKind,
    envelope: Envelope | None,
    make_no: int | None,
    note: str,
    at: datetime,
    by: User,
) -> UnknownReturn:
    """Put the piece into the queue of unknown returns, once however often and by however many it is scanned; return what
    stands there."""
    piece = {"campaign": campaign, "scanned_text": number, "kind": kind.value, "make_no": make_no}
    found = {
        "envelope": envelope,
        "note": note,
        "recorded_at": at,
        "recorded_by": by,
        "due_on": first_due(at),
    }
    # Two stations may scan it at the same moment: the constraint lets one row in, both read that one.
    UnknownReturn.objects.bulk_create([UnknownReturn(**piece, **found)], ignore_conflicts=True)
    return UnknownReturn.objects.select_related("recorded_by").filter(**piece).order_by("-pk")[0]


@transaction.atomic
def resolve_unknown(*, piece: UnknownReturn, outcome: str, answer: str, at: datetime, by: User) -> None:
    """Close an unknown return with what it turned out to be, in words; what somebody else has taken on is for them.

    :raises PermissionDenied: `by` may not work on exceptions.
    :raises Refused: `unknown_outcome`, `answer_missing`, `owned_by_other` or `already_resolved`.
    """
    now = locked_for_work(piece, by)
    if outcome not in UnknownOutcome.values:
        raise Refused("unknown_outcome", _("対応の結果を選んでください。"))
    if not answer.strip():
        raise Refused("answer_missing", _("分かったことを記入してください。"))
    if now.owner not in (None, by):
        raise owned_by_other(now)
    moved = move(
        UnknownReturn.objects.filter(pk=now.pk),
        to=UnknownState.RESOLVED.value,
        at=at,
        by=by,
        outcome=outcome,
        answer=answer,
        resolved_at=at,
        resolved_by=by,
    )
    if not moved:
        raise already_resolved()


@transaction.atomic
def undo_unknown(*, piece: UnknownReturn, at: datetime, by: User) -> None:
    """Take back one's own scan of a piece that is no return, while nobody has taken it on: it ends as a mistake. A piece of a make that
    nobody has ever ordered stays suspicious.

    :raises PermissionDenied: `by` may not log returns.
    :raises Refused: `not_undoable`.
    """
    by.require(Permission.LOG_RETURNS)
    mine = UnknownReturn.objects.filter(
        pk=piece.pk, state=UnknownState.OPEN, recorded_by=by, owner__isnull=True, source__isnull=True
    )
    moved = move(
        mine.exclude(kind=UnknownKind.NEVER_ORDERED),
        to=UnknownState.RESOLVED.value,
        at=at,
        by=by,
        outcome=UnknownOutcome.MISTAKEN.value,
        resolved_at=at,
        resolved_by=by,
    )
    if not moved:
        raise Refused(
            "not_undoable", _("取り消せるのは、ご自身が読み取り、まだ誰も対応していないものだけです。")
        )
