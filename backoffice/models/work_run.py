from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.models.user import User

if TYPE_CHECKING:
    from typing import ClassVar


class WorkRun(models.Model):
    """作業の記録: somebody had a whole campaign's rows made at one moment, which those rows carry. Append-only.

    So millions of rows need no column that says who: `subject` and `at` do.
    """

    class Step(models.TextChoices):
        JUDGED = "judged", _("対象者判定")
        PACKED = "packed", _("封筒の作成")

    step = models.CharField(max_length=8, choices=Step)
    subject = models.UUIDField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(name="work_runs_of_subject", fields=["subject", "step", "at"])]
        triggers: ClassVar = [
            pgtrigger.Protect(name="work_run_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.at}"
