from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from backoffice.models import User
from returns.models.intake import UnknownReturn
from returns.models.words_kept import append_only_until_erased
from returns.states import ExceptionStep

if TYPE_CHECKING:
    from typing import ClassVar


class UnknownEntry(models.Model):
    """不明の還付の経過: one thing somebody did about a piece of unknown origin, and in their words why. Append-only; the words go
    with an erasure."""

    exception = models.ForeignKey(UnknownReturn, on_delete=models.PROTECT, related_name="entries")
    step = models.CharField(max_length=10, choices=ExceptionStep)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)
    note = models.TextField(blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(name="entries_of_unknown", fields=["exception", "id"])]
        triggers: ClassVar = [
            append_only_until_erased(
                name="unknown_entry_is_append_only",
                words="note",
                campaign="(SELECT u.campaign_id FROM returns_unknownreturn AS u WHERE u.id = OLD.exception_id)",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exception_id} {self.step}"
