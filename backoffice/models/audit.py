from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.models.user import User

if TYPE_CHECKING:
    from typing import ClassVar


class Change(models.Model):
    """One row of a table whose kept columns were changed, or that was deleted, by whatever statement. Append-only.

    Written by database triggers (`backoffice.services.change_history`), so that bulk SQL and a hand at the
    database leave the same trace as a screen. `values` holds `{column: [before, after]}`; of columns with
    personal data only that they changed, because the history outlives the data (`null`).
    """

    class Operation(models.TextChoices):
        UPDATE = "update", _("変更")
        DELETE = "delete", _("削除")

    at = models.DateTimeField(db_index=True)
    entity = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    operation = models.CharField(max_length=6, choices=Operation)
    values = models.JSONField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    database_role = models.CharField(max_length=63)

    class Meta:
        indexes: ClassVar = [models.Index(name="change_of_subject", fields=["entity", "subject_id", "id"])]
        triggers: ClassVar = [
            pgtrigger.Protect(name="change_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.entity} {self.subject_id}"


class AuditSeal(models.Model):
    """One link of a chain: the digest of a block of audit rows together with the link before. Append-only.

    `marks` holds the first four bytes of each row's digest in order, so that a check can say which row it was.
    """

    class Stream(models.TextChoices):
        ACCESS = "access", _("閲覧・出力の記録")
        TRANSITION = "transition", _("状態の移り変わり")
        CHANGE = "change", _("変更の履歴")

    stream = models.CharField(max_length=12, choices=Stream)
    number = models.PositiveBigIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    row_count = models.PositiveIntegerField()
    rows_sha256 = models.CharField(max_length=64)
    previous_sha256 = models.CharField(max_length=64, blank=True, default="")
    sha256 = models.CharField(max_length=64)
    marks = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_seal_per_number", fields=["stream", "number"]),
            models.CheckConstraint(name="seal_runs_forward", condition=Q(first_id__lte=F("last_id"))),
            models.CheckConstraint(
                name="only_the_first_seal_follows_none", condition=Q(number=1) ^ ~Q(previous_sha256="")
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="seal_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.number}"
