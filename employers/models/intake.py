from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from backoffice.models import FileIntake, RejectedRow

if TYPE_CHECKING:
    from typing import ClassVar


class EmployerImport(FileIntake):
    """事業所ファイル取込: one employer file. `campaign_code` is copied text; campaigns live downstream."""

    campaign_code = models.CharField(max_length=24, db_index=True)

    class Meta:
        constraints: ClassVar = [
            FileIntake.rows_add_up("employer_import_rows_add_up"),
            models.UniqueConstraint(name="employer_file_imported_once", fields=["campaign_code", "sha256"]),
        ]


class EmployerReject(RejectedRow):
    """One broken rule of a rejected employer row."""

    source = models.ForeignKey(EmployerImport, on_delete=models.CASCADE, related_name="rejects")

    class Meta:
        indexes: ClassVar = [models.Index(name="employer_rejects_in_order", fields=["source", "line", "id"])]
