from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from returns.models.intake import UnknownReturn
from returns.models.words_kept import append_only_until_erased
from returns.models.work_entry import WorkEntry

if TYPE_CHECKING:
    from typing import ClassVar


class UnknownEntry(WorkEntry):
    """不明の還付の経過: what was done about a piece of unknown origin."""

    exception = models.ForeignKey(UnknownReturn, on_delete=models.PROTECT, related_name="entries")

    class Meta:
        indexes: ClassVar = [models.Index(name="entries_of_unknown", fields=["exception", "id"])]
        triggers: ClassVar = [
            append_only_until_erased(
                name="unknown_entry_is_append_only",
                words="note",
                campaign="(SELECT u.campaign_id FROM returns_unknownreturn AS u WHERE u.id = OLD.exception_id)",
            ),
        ]
