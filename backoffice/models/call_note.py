from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.models.user import User

if TYPE_CHECKING:
    from typing import ClassVar


class CallNote(models.Model):
    """応対記録: what was asked and answered about the person with this public id. Never changed, only added to."""

    class Caller(models.TextChoices):
        PERSON = "person", _("本人")
        FAMILY = "family", _("家族")
        EMPLOYER = "employer", _("事業所")
        OTHER = "other", _("その他")

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    subject = models.UUIDField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    caller = models.CharField(_("相手"), max_length=10, choices=Caller)
    text = models.TextField(_("内容"))

    class Meta:
        indexes: ClassVar = [models.Index(name="call_notes_of_subject", fields=["subject", "id"])]
        # Erasing a person's data after the campaign deletes their notes; nothing rewrites one.
        triggers: ClassVar = [
            pgtrigger.Protect(name="call_note_is_not_rewritten", operation=pgtrigger.Update)
        ]

    def __str__(self) -> str:
        return f"note {self.public_id}"
