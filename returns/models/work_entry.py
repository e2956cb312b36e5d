from __future__ import annotations

from django.db import models

from backoffice.models import User
from returns.states import ExceptionStep


class WorkEntry(models.Model):
    """One thing somebody did about what waits for a person, and in their words why. Append-only; the words go with an
    erasure."""

    exception_id: int
    step = models.CharField(max_length=10, choices=ExceptionStep)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)
    note = models.TextField(blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.exception_id} {self.step}"
