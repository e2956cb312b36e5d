from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.models.job import Job
from backoffice.models.user import User

if TYPE_CHECKING:
    from typing import ClassVar


def export_folder() -> Path:
    """Where made lists lie."""
    return Path(settings.DATA_DIR) / "exports"


class ListExport(models.Model):
    """書き出し: a list of some screen as a CSV file, made by a worker and kept for a while.

    `address` is the list's own, `query` what was entered in its filter bar, which goes as soon as the file is made: it may be
    a name. `misfits` names the first cells with characters that the encoding does not have: (line, column's title, code points).
    """

    class Encoding(models.TextChoices):
        UTF_8 = "utf-8", _("UTF-8（Excelで開けます）")
        CP932 = "cp932", _("Shift_JIS（CP932）")

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="list_export")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("一覧"), max_length=100)
    address = models.CharField(max_length=200)
    query = models.TextField(blank=True, default="")
    encoding = models.CharField(_("文字コード"), max_length=8, choices=Encoding)
    asked_at = models.DateTimeField(_("依頼日時"))
    made_at = models.DateTimeField(null=True)
    rows = models.PositiveBigIntegerField(_("行数"), null=True)
    misfit_count = models.PositiveBigIntegerField(_("表せない文字"), null=True)
    misfits = models.JSONField(default=list)
    keep_until = models.DateTimeField(_("保存期限"))
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="made_export_is_counted_and_forgets_its_words",
                condition=Q(made_at__isnull=True, rows__isnull=True, misfit_count__isnull=True)
                | Q(made_at__isnull=False, rows__isnull=False, misfit_count__isnull=False, query=""),
            ),
        ]
        indexes: ClassVar = [models.Index(name="exports_of_somebody", fields=["made_by", "id"])]

    def __str__(self) -> str:
        return f"export {self.public_id}"

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return export_folder() / f"{self.public_id}.csv"

    @property
    def is_there(self) -> bool:
        """Whether the file can be taken away."""
        return self.made_at is not None and self.removed_at is None
