"""The motor of rendering, each task one step that sends what the tables say comes next; and jobs of a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from backoffice.background import do_job
from issuance.models import Campaign
from issuance.services import import_losses, publish_target_lists
from mailing import services

if TYPE_CHECKING:
    from backoffice.models import Job
    from backoffice.progress import Report

PACK, PLAN = "mailing.pack_envelopes", "mailing.plan_batches"
PUBLISH_LISTS, IMPORT_LOSSES = "mailing.publish_lists", "mailing.import_losses"


@shared_task(name="mailing.render_chunk")
def render_chunk(*, chunk_id: int, **_: Any) -> None:
    """Render one chunk, if it is still wanted and nobody else has it; afterwards join what is complete."""
    claim = services.claim_chunk(chunk_id=chunk_id, at=timezone.now())
    if claim is None:
        return
    with claim:
        services.print_chunk(claim=claim)
    for batch_id in services.batches_to_finish(at=timezone.now(), only=claim.chunk.batch_id):
        finish_batch.delay_on_commit(batch_id=batch_id)


@shared_task(name="mailing.finish_batch")
def finish_batch(*, batch_id: int, **_: Any) -> None:
    """Join the chunks of a batch, if they are all done and nobody else is at it."""
    services.finish_batch(batch_id=batch_id, at=timezone.now())


@shared_task(name="mailing.sweep_rendering")
def sweep_rendering(**_: Any) -> None:
    """Send again what lost its message or its worker."""
    send_rendering()


@shared_task(name="mailing.remove_unnamed_files")
def remove_unnamed_files(**_: Any) -> None:
    """Remove what was printed and is named nowhere any more."""
    services.remove_unnamed_files(at=timezone.now())


def send_rendering() -> int:
    """Send every chunk and every batch that waits for a worker; return how many messages that took."""
    at = timezone.now()
    chunks, batches = services.chunks_to_send(at=at), services.batches_to_finish(at=at)
    for chunk_id in chunks:
        render_chunk.delay_on_commit(chunk_id=chunk_id)
    for batch_id in batches:
        finish_batch.delay_on_commit(batch_id=batch_id)
    return len(chunks) + len(batches)


@shared_task(name="mailing.work_on_campaign")
def work_on_campaign(*, job_id: int, **_: Any) -> None:
    """Do what the job's kind says for the campaign that is its subject."""
    do_job(job_id=job_id, work=_work)


def _work(job: Job, report: Report) -> str:
    campaign = Campaign.objects.get(public_id=job.subject)
    works = {PACK: _pack, PLAN: _plan, PUBLISH_LISTS: _publish_lists, IMPORT_LOSSES: _import_losses}
    with transaction.atomic():
        return works[job.kind](campaign, job, report)


def _pack(campaign: Campaign, job: Job, _report: Report) -> str:
    made = services.pack_envelopes(campaign=campaign, at=timezone.now(), by=job.started_by)
    return gettext("封筒 %(envelopes)s通を作成し、資格確認書 %(certificates)s枚を入れました。") % {
        "envelopes": f"{made.envelopes:,}",
        "certificates": f"{made.certificates:,}",
    }


def _plan(campaign: Campaign, job: Job, _report: Report) -> str:
    made = services.plan_batches(campaign=campaign, max_envelopes=None, at=timezone.now(), by=job.started_by)
    return gettext("印刷バッチ %(batches)s件を計画しました。") % {"batches": f"{made:,}"}


def _publish_lists(campaign: Campaign, job: Job, _report: Report) -> str:
    at = timezone.now()
    published = publish_target_lists(campaign=campaign, at=at, by=job.started_by)
    envelopes = services.pack_target_lists(campaign=campaign, at=at, by=job.started_by)
    return gettext("対象者一覧表 %(lists)s件を作成し、封筒 %(envelopes)s通に入れました。") % {
        "lists": f"{published.lists:,}",
        "envelopes": f"{envelopes:,}",
    }


def _import_losses(campaign: Campaign, job: Job, report: Report) -> str:
    at, upload = timezone.now(), job.upload
    record = import_losses(
        campaign=campaign,
        path=upload.path,
        file_name=upload.file_name,
        at=at,
        by=job.started_by,
        progress=report,
    )
    counts = services.pull_lost_envelopes(campaign=campaign, at=at, by=job.started_by)
    text = gettext(
        "%(accepted)s人の資格喪失を取り込み、%(rejected)s行を却下しました。引抜き %(pulled)s通、作り直し %(replaced)s通です。"
    )
    return text % {
        "accepted": f"{record.accepted:,}",
        "rejected": f"{record.rejected:,}",
        "pulled": f"{counts.pulled:,}",
        "replaced": f"{counts.replaced:,}",
    }
