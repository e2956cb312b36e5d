from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.models.job import Job


class Upload(models.Model):
    """A file somebody brought for a job, kept under an opaque name until the job has ended."""

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="upload")
    file_name = models.CharField(_("ファイル名"), max_length=200)

    def __str__(self) -> str:
        return f"upload {self.public_id}"

    @property
    def path(self) -> Path:
        """Where the bytes lie."""
        return Path(settings.DATA_DIR) / "uploads" / str(self.public_id)
