from __future__ import annotations

from typing import TYPE_CHECKING, Any

from celery import shared_task
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.background import do_job
from backoffice.list_files import ListFile, list_at
from backoffice.models import ListExport
from backoffice.sending import send_now
from backoffice.services.audit_chain import seal_new_rows
from backoffice.services.jobs import fail_dead_jobs, jobs_to_send_again
from backoffice.services.list_exports import TASK, remove_old_exports, write_list_export
from backoffice.services.uploads import discard_ended_uploads

if TYPE_CHECKING:
    from backoffice.models import Job
    from backoffice.progress import Report


@shared_task(name="backoffice.sweep_jobs")
def sweep_jobs(**_: Any) -> None:
    """Send again what no worker has taken up, end the jobs whose worker has died, and remove the files that no worker will read any
    more."""
    at = timezone.now()
    fail_dead_jobs(at=at)
    for job in jobs_to_send_again(at=at):
        send_now(job)
    discard_ended_uploads()


@shared_task(name="backoffice.seal_audit")
def seal_audit(**_: Any) -> None:
    """Seal what was written to the audit tables since the last time."""
    seal_new_rows(at=timezone.now())


@shared_task(name=TASK)
def write_export(*, job_id: int, **_: Any) -> None:
    """Write the file of the job's list export."""
    do_job(job_id=job_id, work=_write_export)


@shared_task(name="backoffice.remove_old_exports")
def sweep_exports(**_: Any) -> None:
    """Remove the files whose time is over."""
    remove_old_exports(at=timezone.now())


def _write_export(job: Job, report: Report) -> str:
    export = ListExport.objects.select_related("made_by").get(job=job)
    file = ListFile(list_at(export.address, reader=export.made_by), QueryDict(export.query))
    rows = write_list_export(
        export=export,
        header=file.header,
        rows=file.rows(),
        at=timezone.now(),
        report=lambda done: report(min(done, file.total), file.total),
    )
    return _("%(rows)s行を書き出しました。") % {"rows": f"{rows:,}"}
