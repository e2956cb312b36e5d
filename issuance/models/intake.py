from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from backoffice.models import FileIntake, RejectedRow
from issuance.models.campaign import Campaign

if TYPE_CHECKING:
    from typing import ClassVar


class RosterImport(FileIntake):
    """加入者ファイル取込: one roster file of a campaign."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="roster_imports")

    class Meta:
        constraints: ClassVar = [
            FileIntake.rows_add_up("roster_import_rows_add_up"),
            models.UniqueConstraint(name="roster_file_imported_once", fields=["campaign", "sha256"]),
        ]


class Reject(RejectedRow):
    """One broken rule of a rejected roster row."""

    source = models.ForeignKey(RosterImport, on_delete=models.CASCADE, related_name="rejects")

    class Meta:
        indexes: ClassVar = [models.Index(name="rejects_in_order", fields=["source", "line", "id"])]


class LossImport(FileIntake):
    """資格喪失ファイル取込: one freshness file, losses reported after the extraction."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="loss_imports")

    class Meta:
        constraints: ClassVar = [
            FileIntake.rows_add_up("loss_import_rows_add_up"),
            models.UniqueConstraint(name="loss_file_imported_once", fields=["campaign", "sha256"]),
        ]


class LossReject(RejectedRow):
    """One broken rule of a rejected row of a freshness file (an unknown person, for example)."""

    source = models.ForeignKey(LossImport, on_delete=models.CASCADE, related_name="rejects")

    class Meta:
        indexes: ClassVar = [models.Index(name="loss_rejects_in_order", fields=["source", "line", "id"])]
