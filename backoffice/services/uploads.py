"""Files people bring from the browser: kept until the job that reads them has ended, then removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backoffice.file_intake.staging import MOST_FILE_NAME_CHARACTERS
from backoffice.models import Job, Upload

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
