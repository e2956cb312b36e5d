from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models import F, Q

from backoffice.models import User
from mailing.models.batch import PrintBatch
from mailing.states import Decision

if TYPE_CHECKING:
    from typing import ClassVar


class Approval(models.Model):
    """承認: one person's decision on one revision of a batch, bound to the hash that was shown. Append-only.

    `step` counts the decisions on a revision: a large batch needs two approvals, by two people, neither of whom submitted it.
    """

    batch = models.ForeignKey(PrintBatch, on_delete=models.PROTECT, related_name="approvals")
    revision = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField(default=1)
    decision = models.CharField(max_length=8, choices=Decision)
    manifest_sha256 = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_decision_per_step", fields=["batch", "revision", "step"]),
            models.UniqueConstraint(
                name="one_decision_per_person_and_revision", fields=["batch", "revision", "decided_by"]
            ),
            models.CheckConstraint(
                name="at_most_two_decisions_per_revision", condition=Q(step__range=(1, 2))
            ),
            models.CheckConstraint(
                name="approver_is_not_submitter",
                condition=Q(decision="rejected") | ~Q(decided_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="rejection_has_a_reason", condition=Q(decision="approved") | ~Q(reason="")
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="approval_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}r{self.revision} {self.decision}"
