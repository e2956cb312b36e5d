from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from returns.models.delivery_exception import DeliveryException
from returns.models.words_kept import append_only_until_erased, campaign_of
from returns.models.work_entry import WorkEntry

if TYPE_CHECKING:
    from typing import ClassVar


class ExceptionEntry(WorkEntry):
    """例外の経過: what was done about an exception."""

    exception = models.ForeignKey(DeliveryException, on_delete=models.PROTECT, related_name="entries")

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
