from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from backoffice.models import User
from returns.models.delivery_exception import DeliveryException
from returns.models.words_kept import append_only_until_erased, campaign_of
from returns.states import ExceptionStep

if TYPE_CHECKING:
    from typing import ClassVar


class ExceptionEntry(models.Model):
    """例外の経過: one thing somebody did about an exception, and in their words why. Append-only; the words go with an
    erasure."""

    exception = models.ForeignKey(DeliveryException, on_delete=models.PROTECT, related_name="entries")
    step = models.CharField(max_length=10, choices=ExceptionStep)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True)
    note = models.TextField(blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(name="entries_of_exception", fields=["exception", "id"])]
        triggers: ClassVar = [
            append_only_until_erased(
                name="entry_is_append_only",
                words="note",
                campaign=campaign_of(
                    "(SELECT d.event_id FROM returns_deliveryexception AS d WHERE d.id = OLD.exception_id)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exception_id} {self.step}"
