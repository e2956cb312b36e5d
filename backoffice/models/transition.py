from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models import Q

from backoffice.models.user import User

if TYPE_CHECKING:
    from typing import ClassVar


class Transition(models.Model):
    """One move of one row from a state to the next: what moved, when, by whom, in which run. Append-only."""

    entity = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    from_state = models.CharField(max_length=24)
    to_state = models.CharField(max_length=24)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    run = models.UUIDField(null=True)
    reason = models.TextField(default="", db_default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(name="transition_of_subject", fields=["entity", "subject_id", "id"]),
            # The newest of one person first: whoever ran a monthly cycle has a million.
            models.Index(name="transitions_by_user", fields=["by", "id"], condition=Q(by__isnull=False)),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="transition_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.from_state} → {self.to_state}"
