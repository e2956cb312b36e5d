"""What is still open in a campaign: nothing may be, before it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.models import Job
from issuance.models import RosterImport
from mailing.models import Case, Envelope, PrintBatch
from mailing.states import NOT_YET_POSTED, BatchState
from returns.models import CollectedCard, DeliveryException, ReturnEvent, ReturnTray, UnknownReturn
from returns.states import ExceptionState, ReturnEnd, TrayState, UnknownState

if TYPE_CHECKING:
    from issuance.models import Campaign

_ENDED = [BatchState.CLOSED, BatchState.CANCELLED]


@dataclass(frozen=True)
class OpenWork:
    """One kind of work that is left: how much, and where it is done (empty: nowhere in particular)."""

    label: str
    count: int
    url: str = ""


def open_work(campaign: Campaign) -> list[OpenWork]:
    """Every kind of work that is left, in the order in which it arises; empty once everything has ended."""
    envelopes = Envelope.objects.filter(campaign=campaign, state__in=NOT_YET_POSTED)
    rosters = campaign.roster_imports.filter(decision=RosterImport.Decision.WAITING)
    events = ReturnEvent.objects.filter(
        envelope__campaign=campaign, state=ReturnEnd.WAITING, undone_at__isnull=True
    )
    exceptions = DeliveryException.objects.filter(
        event__envelope__campaign=campaign, state=ExceptionState.OPEN
    )
    unknown = UnknownReturn.objects.filter(campaign=campaign, state=UnknownState.OPEN)
    questions = CollectedCard.objects.filter(
        certificate__campaign=campaign, loss_on_file=False, answered_at__isnull=True
    )
    jobs = Job.objects.filter(
        subject=str(campaign.public_id), state__in=[Job.State.QUEUED, Job.State.RUNNING]
    )
    found = [
        OpenWork(_("承認を待つ加入者ファイル"), rosters.count(), reverse("issuance:import-list")),
        OpenWork(_("差し出していない封筒"), envelopes.count(), reverse("mailing:envelope-list")),
        OpenWork(
            _("終わっていない印刷バッチ"),
            PrintBatch.objects.filter(campaign=campaign).exclude(state__in=_ENDED).count(),
            reverse("mailing:batch-list"),
        ),
        OpenWork(
            _("解決していない差異"),
            Case.objects.filter(batch__campaign=campaign, closed_at__isnull=True).count(),
            reverse("mailing:batch-list"),
        ),
        OpenWork(_("再送付を待つ還付"), events.count(), reverse("returns:return-list")),
        OpenWork(_("未対応の例外"), exceptions.count(), reverse("returns:exception-list")),
        OpenWork(_("不明の還付"), unknown.count(), reverse("returns:unknown-list")),
        OpenWork(_("確認の終わっていない返納"), questions.count(), reverse("returns:collected-list")),
        OpenWork(
            _("廃棄していない還付トレー"),
            ReturnTray.objects.filter(campaign=campaign).exclude(state=TrayState.DESTROYED).count(),
            reverse("returns:tray-list"),
        ),
        OpenWork(_("実行中の処理"), jobs.count()),
    ]
    return [one for one in found if one.count]
