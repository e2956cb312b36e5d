"""Work of the returns side that takes longer than a request may, or that the clock begins."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.background import do_job
from backoffice.queries.audit import unusual_key, unusual_readers
from backoffice.services.kept_numbers import numbers_due, take_numbers
from issuance.models import Campaign
from issuance.queries import count_selection, selection_key
from returns.queries import RerouteCounts, home_counts
from returns.services import (
    erase_campaign,
    import_returns,
    preview_reroute,
    propose_erasure,
    reroute,
    standing_erasure,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from backoffice.models import Job
    from backoffice.progress import Report

IMPORT_RETURNS, REROUTE = "returns.import_returns", "returns.reroute"
PREVIEW_REROUTE = "returns.preview_reroute"
PREPARE_ERASURE, ERASE_CAMPAIGN = "returns.prepare_erasure", "returns.erase_campaign"


@shared_task(name="returns.refresh_overview")
def refresh_overview(**_more: Any) -> None:
    """Count anew what pages show of large campaigns, and of a day on which much was looked at."""
    today = timezone.localdate()
    counts: dict[str, Callable[[], Any]] = {unusual_key(today): partial(unusual_readers, today)}
    for campaign in Campaign.objects.filter(closed_at__isnull=True).order_by("pk"):
        counts |= home_counts(campaign)
        counts[selection_key(campaign)] = partial(count_selection, campaign)
    for key, count in counts.items():
        if numbers_due(key, timezone.now()):
            take_numbers(key=key, count=count, at=timezone.now())


@shared_task(name=IMPORT_RETURNS)
def import_for_job(*, job_id: int, **_more: Any) -> None:
    """Take in the returns file that was uploaded for the job; the job's subject is the campaign's public id."""
    do_job(job_id=job_id, work=_import)


@shared_task(name=PREVIEW_REROUTE)
def preview_for_job(*, job_id: int, cutoff: str, **_more: Any) -> None:
    """Count what a monthly cycle of the job's campaign with this cut-off would do."""
    do_job(job_id=job_id, work=partial(_preview, cutoff=date.fromisoformat(cutoff)))


@shared_task(name=REROUTE)
def reroute_for_job(
    *, job_id: int, cutoff: str, expected: int | None, preview: int | None = None, **_more: Any
) -> None:
    """Run the monthly cycle of the job's campaign with this cut-off, if it is still what that preview has shown."""
    do_job(
        job_id=job_id,
        work=partial(_reroute, cutoff=date.fromisoformat(cutoff), expected=expected, preview=preview),
        stopped=gettext_lazy(
            "中止しました。作り直した支部の分はそのまま残り、残りの還付は再送付を待っています。同じ締切日で数え直して実行すると、残りを新しい回として行います。"
        ),
    )


@shared_task(name=PREPARE_ERASURE)
def prepare_for_job(*, job_id: int, **_more: Any) -> None:
    """Count what an erasure of the job's campaign would take away; the job's subject is the campaign's public id."""
    do_job(job_id=job_id, work=_prepare)


@shared_task(name=ERASE_CAMPAIGN)
def erase_for_job(*, job_id: int, **_more: Any) -> None:
    """Erase the personal data of the job's campaign, or go on doing so."""
    do_job(
        job_id=job_id,
        work=_erase,
        stopped=gettext_lazy(
            "中止しました。消去したところまでは戻りません。「消去を続ける」で続きから再開できます。"
        ),
    )


def _import(job: Job, report: Report) -> str:
    assert job.started_by is not None
    at, upload = timezone.now(), job.upload
    record = import_returns(
        campaign=Campaign.objects.get(public_id=job.subject),
        path=upload.path,
        file_name=upload.file_name,
        at=at,
        by=job.started_by,
        progress=report,
    )
    if record.imported_at != at:
        return _("このファイルはすでに取り込まれています。何も変わっていません。")
    text = _(
        "%(rows)s行を読みました。受付 %(recorded)s、重複 %(repeated)s、不明 %(unknown)s、却下 %(rejected)s。"
    )
    names = ("rows", "recorded", "repeated", "unknown", "rejected")
    return text % {name: f"{getattr(record, name):,}" for name in names}


def _preview(job: Job, report: Report, *, cutoff: date) -> str:
    preview_reroute(
        campaign=Campaign.objects.get(public_id=job.subject),
        cutoff=cutoff,
        at=timezone.now(),
        by=job.started_by,
        report=report,
    )
    return _("数え終わりました。元の画面で件数をご確認ください。")


def _reroute(job: Job, report: Report, *, cutoff: date, expected: int | None, preview: int | None) -> str:
    counts = reroute(
        campaign=Campaign.objects.get(public_id=job.subject),
        cutoff=cutoff,
        max_envelopes=None,
        at=timezone.now(),
        by=job.started_by,
        expected=expected,
        preview=preview,
        report=report,
    )
    if counts == RerouteCounts(0, 0, 0):
        return _("この締切日までの還付は、すべて処理済みです。何も変わっていません。")
    text = _("再作成 %(rerouted)s通、個別対応 %(exceptions)s通、事業所 %(employers)s件です。")
    return text % {name: f"{getattr(counts, name):,}" for name in ("rerouted", "exceptions", "employers")}


def _prepare(job: Job, report: Report) -> str:
    assert job.started_by is not None
    campaign = Campaign.objects.get(public_id=job.subject)
    propose_erasure(campaign=campaign, at=timezone.now(), by=job.started_by)
    return _("消去する件数を数えました。別の担当者が確認すると消去されます。")


def _erase(job: Job, report: Report) -> str:
    erasure = standing_erasure(Campaign.objects.get(public_id=job.subject))
    assert erasure is not None
    erased = erase_campaign(erasure=erasure, at=timezone.now(), report=report)
    return _("%(people)s人の個人情報を消去しました。") % {"people": f"{erased.get('people', 0):,}"}
