"""Files people bring from the browser: kept until the job that reads them has ended, then removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backoffice.file_intake.staging import MOST_FILE_NAME_CHARACTERS
from backoffice.models import Job, Upload
from backoffice.services.jobs import UNFINISHED

if TYPE_CHECKING:
    from django.core.files.base import File


def keep_upload(*, job: Job, file: File[bytes]) -> Upload:
    """Put the bytes where the worker finds them."""
    upload = Upload.objects.create(job=job, file_name=(file.name or "")[-MOST_FILE_NAME_CHARACTERS:])
    upload.refresh_from_db(fields=["public_id"])
    upload.path.parent.mkdir(parents=True, exist_ok=True)
    with upload.path.open("wb") as target:
        for block in file.chunks():
            target.write(block)
    return upload


def discard_upload(*, job: Job) -> None:
    """Remove the bytes; the record of the job stays."""
    for upload in Upload.objects.filter(job=job):
        upload.path.unlink(missing_ok=True)
        upload.delete()


def discard_ended_uploads() -> int:
    """Remove the bytes of jobs that have ended without a worker: stopped before they began, or failed by the sweeper. Return of how
    many.
    """
    ended = list(Job.objects.filter(upload__isnull=False).exclude(state__in=UNFINISHED))
    for job in ended:
        discard_upload(job=job)
    return len(ended)
