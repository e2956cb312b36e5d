"""あなたを待つもの: what waits for the reader, by what the reader may do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.access import in_branch
from backoffice.parts import Tile
from backoffice.roles import Permission
from backoffice.tones import Tone
from issuance.models import RosterImport
from mailing.models import Approval, PrintBatch
from mailing.states import BatchState
from returns.models import (
    AddressCorrection,
    CollectedCard,
    DeliveryException,
    Erasure,
    ReturnTray,
    UnknownReturn,
)
from returns.states import ExceptionState, TrayState, UnknownState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from django_stubs_ext import StrOrPromise

    from backoffice.models import User
    from issuance.models import Campaign


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose desk it is, and what has been counted already: the home page's numbers, the batches by their states, and how many
    members of staff looked at unusually much today."""

    user: User
    campaign: Campaign
    numbers: Mapping[str, int]
    batches: Mapping[str, int]
    unusual: int
    today: date


@dataclass(frozen=True, slots=True)
class Wait:
    """One sort of work: for whom, what it is called, where it is done, and what there is of it: the rows that wait, or how many."""

    permission: Permission
    label: StrOrPromise
    url_name: str
    there: Callable[[Desk], int | QuerySet[Any]]
    query: str = ""


def _batches(state: BatchState) -> Callable[[Desk], int]:
    return lambda desk: desk.batches.get(state.value, 0)


def _rosters(desk: Desk) -> QuerySet[RosterImport]:
    waiting = RosterImport.objects.filter(campaign=desk.campaign, decision=RosterImport.Decision.WAITING)
    return waiting.filter(~Q(imported_by=desk.user))


def _to_approve(desk: Desk) -> QuerySet[PrintBatch]:
    """Submitted by somebody else, and not approved by the reader already (where two have to)."""
    rows = PrintBatch.objects.filter(campaign=desk.campaign, state=BatchState.SUBMITTED)
    mine = Approval.objects.filter(
        batch__in=rows, revision=F("batch__revision"), decided_by=desk.user
    ).values("batch")
    return in_branch(rows, desk.user).exclude(submitted_by=desk.user).exclude(pk__in=mine)


def _exceptions(desk: Desk) -> QuerySet[DeliveryException]:
    rows = DeliveryException.objects.filter(
        event__envelope__campaign=desk.campaign, state=ExceptionState.OPEN
    )
    return in_branch(rows, desk.user, "event__envelope__branch_id")


def _corrections(desk: Desk) -> QuerySet[AddressCorrection]:
    rows = AddressCorrection.objects.filter(exception__in=_exceptions(desk), outcome="")
    return rows.exclude(proposed_by=desk.user)


def _trays_to_close(desk: Desk) -> QuerySet[ReturnTray]:
    rows = ReturnTray.objects.filter(campaign=desk.campaign, state=TrayState.OPEN)
    return rows.filter(opened_by=desk.user, scanned__gt=0)


def _destructions(desk: Desk) -> QuerySet[ReturnTray]:
    entered = ReturnTray.objects.filter(campaign=desk.campaign, destruction_entered_at__isnull=False)
    return entered.filter(destruction_confirmed_at__isnull=True).exclude(destruction_entered_by=desk.user)


def _collected(desk: Desk) -> QuerySet[CollectedCard]:
    rows = CollectedCard.objects.filter(
        certificate__campaign=desk.campaign, loss_on_file=False, answered_at__isnull=True
    )
    return in_branch(rows, desk.user, "certificate__person__household__branch_id")


def _erasures(desk: Desk) -> QuerySet[Erasure]:
    rows = Erasure.objects.filter(confirmed_at__isnull=True, withdrawn_at__isnull=True)
    return rows.exclude(proposed_by=desk.user)


_LISTED = "mailing:batch-list"
_P, _B = Permission, BatchState
WAITS = (
    Wait(_P.ACCEPT_FILES, _("承認を待つ加入者ファイル"), "issuance:import-list", _rosters),
    Wait(
        _P.SELECT_TARGETS,
        _("判定を待つ方"),
        "issuance:selection-summary",
        lambda desk: desk.numbers.get("unjudged", 0),
    ),
    Wait(_P.SUBMIT_BATCH, _("提出できるバッチ"), _LISTED, _batches(_B.RENDERED), "?state=rendered"),
    Wait(_P.PLAN_BATCHES, _("差戻しのバッチ"), _LISTED, _batches(_B.REJECTED), "?state=rejected"),
    Wait(_P.APPROVE_BATCH, _("承認を待つバッチ"), _LISTED, _to_approve, "?state=submitted"),
    Wait(_P.RELEASE_BATCH, _("引渡しを待つバッチ"), _LISTED, _batches(_B.APPROVED), "?state=approved"),
    Wait(_P.RECORD_RESULTS, _("業者の結果を待つバッチ"), _LISTED, _batches(_B.RELEASED), "?state=released"),
    Wait(_P.POST_BATCH, _("差出を待つバッチ"), _LISTED, _batches(_B.RECONCILED), "?state=reconciled"),
    Wait(
        _P.PLAN_BATCHES,
        _("印刷できない封筒"),
        "mailing:stopped-list",
        lambda desk: desk.numbers.get("stopped", 0),
    ),
    Wait(
        _P.REROUTE,
        _("再送付を待つ還付"),
        "returns:return-list",
        lambda desk: desk.numbers.get("returns_waiting", 0),
        "?state=waiting",
    ),
    Wait(_P.LOG_RETURNS, _("閉じていないトレー"), "returns:desk", _trays_to_close),
    Wait(
        _P.WORK_EXCEPTIONS,
        _("不明の還付"),
        "returns:unknown-list",
        lambda desk: UnknownReturn.objects.filter(campaign=desk.campaign, state=UnknownState.OPEN),
        "?state=open",
    ),
    Wait(
        _P.WORK_EXCEPTIONS,
        _("自分の例外"),
        "returns:exception-list",
        lambda desk: _exceptions(desk).filter(owner=desk.user),
        "?state=open&whose=mine",
    ),
    Wait(
        _P.WORK_EXCEPTIONS,
        _("担当のいない例外"),
        "returns:exception-list",
        lambda desk: _exceptions(desk).filter(owner__isnull=True),
        "?state=open&whose=nobody",
    ),
    Wait(
        _P.WORK_EXCEPTIONS,
        _("期限を過ぎた例外"),
        "returns:exception-list",
        lambda desk: _exceptions(desk).filter(due_on__lt=desk.today),
        "?state=open&whose=overdue",
    ),
    Wait(
        _P.WORK_EXCEPTIONS, _("確認を待つ住所の訂正"), "returns:exception-list", _corrections, "?state=open"
    ),
    Wait(_P.WORK_EXCEPTIONS, _("確認を待つ廃棄の記録"), "returns:tray-list", _destructions),
    Wait(_P.COLLECT_CARDS, _("確認が必要な返納"), "returns:collected-list", _collected, "?question=open"),
    Wait(_P.MANAGE_CAMPAIGNS, _("確認を待つ消去"), "returns:campaign-list", _erasures),
    Wait(_P.VIEW_AUDIT, _("ふだんと違う閲覧をした職員"), "backoffice:volumes", lambda desk: desk.unusual),
)


def waiting_tiles(desk: Desk) -> list[Tile]:
    """What there is of everything the reader may do; of what there is nothing, nothing is said."""
    waits = [wait for wait in WAITS if desk.user.may(wait.permission)]
    return [
        Tile(wait.label, count, url=reverse(wait.url_name) + wait.query, tone=Tone.WAITING)
        for wait, count in zip(waits, _counted([wait.there(desk) for wait in waits]), strict=True)
        if count
    ]


def _counted(there: list[int | QuerySet[Any]]) -> list[int]:
    """How many of each there are; all rows are counted by one statement."""
    counts = [
        rows.order_by().values_list(Value(place)).annotate(Count("pk"))
        for place, rows in enumerate(there)
        if isinstance(rows, QuerySet)
    ]
    found = dict(counts[0].union(*counts[1:], all=True)) if counts else {}
    return [found[place] if isinstance(rows, QuerySet) else rows for place, rows in enumerate(there)]
