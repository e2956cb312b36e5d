from __future__ import annotations

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.models.user import User


class FileIntake(models.Model):
    """What every file that comes in has: its name and hash, who brought it, and rows read = accepted + rejected."""

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    file_name = models.CharField(_("ファイル名"), max_length=200)
    sha256 = models.CharField(max_length=64)
    encoding = models.CharField(_("文字コード"), max_length=12)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    accepted = models.PositiveIntegerField(_("取込"), default=0)
    rejected = models.PositiveIntegerField(_("却下"), default=0)
    imported_at = models.DateTimeField(_("取込日時"))
    imported_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.file_name} ({self.accepted}/{self.rows})"

    @staticmethod
    def rows_add_up(name: str) -> models.CheckConstraint:
        """rows read = accepted + rejected, always (interfaces §1)."""
        return models.CheckConstraint(name=name, condition=Q(rows=F("accepted") + F("rejected")))


class RejectedRow(models.Model):
    """One broken rule of one rejected row: line and column in the file, the stable rule code, a message without data, the shape."""

    line = models.PositiveIntegerField(_("行"))
    column = models.CharField(_("列"), max_length=40, blank=True, default="")
    rule = models.CharField(_("規則"), max_length=40)
    message = models.TextField(_("説明"))
    # How the cell is written (`japan.shapes`); nothing where the rule is about the whole row or file.
    shape = models.CharField(_("値の形"), max_length=40, blank=True, default="", db_default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.line}:{self.column} {self.rule}"
