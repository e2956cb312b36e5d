"""Work of this app that takes longer than a request may: each task is given a job and does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.background import do_job
from employers.services import import_employers
from issuance.models import Campaign
from issuance.services import import_insured, preview_rejudging, select_targets

if TYPE_CHECKING:
    from backoffice.models import FileIntake, Job
    from backoffice.progress import Report

IMPORT_EMPLOYERS, IMPORT_INSURED = "issuance.import_employers", "issuance.import_insured"
SELECT_TARGETS = "issuance.select_targets"
PREVIEW_REJUDGING = "issuance.preview_rejudging"


@shared_task(name="issuance.import_file")
def import_file(*, job_id: int, **_: Any) -> None:
    """Take in the file that was uploaded for the job; the job's subject is the campaign's public id."""
    do_job(job_id=job_id, work=_import_file)


@shared_task(name="issuance.select_targets")
def select_for_job(*, job_id: int, **_: Any) -> None:
    """Judge everyone of the job's campaign who has no outcome yet."""
    do_job(job_id=job_id, work=_select)


@shared_task(name=PREVIEW_REJUDGING)
def preview_for_job(*, job_id: int, **_: Any) -> None:
    """Find out who of the job's campaign would change sides with the data as it is now."""
    do_job(job_id=job_id, work=_preview)


def _import_file(job: Job, report: Report) -> str:
    campaign, upload, at = Campaign.objects.get(public_id=job.subject), job.upload, timezone.now()
    record: FileIntake
    if job.kind == IMPORT_EMPLOYERS:
        record = import_employers(
            campaign_code=campaign.code,
            path=upload.path,
            file_name=upload.file_name,
            at=at,
            by=job.started_by,
            progress=report,
        )
    else:
        record = import_insured(
            campaign=campaign,
            path=upload.path,
            file_name=upload.file_name,
            at=at,
            by=job.started_by,
            progress=report,
        )
    return intake_message(record, repeated=record.imported_at != at)


def _select(job: Job, report: Report) -> str:
    campaign = Campaign.objects.get(public_id=job.subject)
    counts = select_targets(campaign=campaign, at=timezone.now(), by=job.started_by)
    text = _(
        "%(fresh)s人を判定しました。対象 %(targets)s人、個別対応 %(held)s人、対象外 %(excluded)s人です。"
    )
    return text % {
        "fresh": f"{counts.fresh:,}",
        "targets": f"{counts.targets:,}",
        "held": f"{counts.held:,}",
        "excluded": f"{counts.excluded:,}",
    }


def _preview(job: Job, report: Report) -> str:
    campaign = Campaign.objects.get(public_id=job.subject)
    found = preview_rejudging(campaign=campaign, at=timezone.now(), by=job.started_by)
    if not found.changes:
        return _("判定の変わる方はいません。")
    return _("%(open)s人の判定が変わります。ほかに、資格確認書を作成済みの方が%(late)s人います。") % {
        "open": f"{found.open:,}",
        "late": f"{found.too_late:,}",
    }


def intake_message(record: FileIntake, *, repeated: bool) -> str:
    """What became of a file, in one line."""
    if repeated:
        return _("このファイルはすでに取り込まれています。何も変わっていません。")
    return _("%(rows)s行のうち、%(accepted)s行を取り込み、%(rejected)s行を却下しました。") % {
        "rows": f"{record.rows:,}",
        "accepted": f"{record.accepted:,}",
        "rejected": f"{record.rejected:,}",
    }
