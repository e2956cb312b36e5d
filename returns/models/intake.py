from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import FileIntake, RejectedRow, User
from issuance.models import Campaign

if TYPE_CHECKING:
    from typing import ClassVar


class ReturnsImport(FileIntake):
    """還付ファイル取込: one list of the returns contractor. accepted = recorded + repeated + unknown."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    recorded = models.PositiveIntegerField(_("記録"), default=0)
    repeated = models.PositiveIntegerField(_("重複"), default=0)
    unknown = models.PositiveIntegerField(_("不明"), default=0)

    class Meta:
        constraints: ClassVar = [
            FileIntake.rows_add_up("returns_import_rows_add_up"),
            models.UniqueConstraint(name="returns_file_imported_once", fields=["campaign", "sha256"]),
            models.CheckConstraint(
                name="returns_import_accepted_adds_up",
                condition=Q(accepted=F("recorded") + F("repeated") + F("unknown")),
            ),
        ]


class ReturnsReject(RejectedRow):
    """One broken rule of a rejected row of a returns file."""

    source = models.ForeignKey(ReturnsImport, on_delete=models.CASCADE, related_name="rejects")

    class Meta:
        indexes: ClassVar = [models.Index(name="returns_rejects_in_order", fields=["source", "line", "id"])]


class UnknownReturn(models.Model):
    """An envelope that came back and is none of this campaign's posted ones: kept for a person to look at."""

    class Kind(models.TextChoices):
        UNKNOWN = "unknown", _("番号が存在しない")
        OTHER_CAMPAIGN = "other_campaign", _("別の一括発行の封筒")
        NOT_POSTED = "not_posted", _("差出の記録がない")

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    scanned_text = models.CharField(max_length=60)
    kind = models.CharField(max_length=16, choices=Kind)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(ReturnsImport, null=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, default="")

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
