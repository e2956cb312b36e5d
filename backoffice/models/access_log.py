from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.models.user import User

if TYPE_CHECKING:
    from typing import ClassVar


class AccessLog(models.Model):
    """Who looked at, uncovered or took out which person's or envelope's data, when and on which screen. Append-only.

    `subject` is an opaque public id or piece number, never a name or 記号・番号.
    """

    class Action(models.TextChoices):
        VIEW = "view", _("閲覧")
        SEARCH = "search", _("検索")
        REVEAL = "reveal", _("伏字の解除")
        EXPORT = "export", _("出力")
        PRINT_VIEW = "print_view", _("印刷ページ閲覧")

    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=12, choices=Action)
    screen = models.CharField(max_length=80)
    subject = models.CharField(max_length=64, blank=True, default="")
    reason = models.TextField(blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(name="access_log_of_subject", fields=["subject", "id"]),
            # What few rows are and what is asked for most.
            models.Index(
                name="access_log_of_what_is_taken",
                fields=["action", "id"],
                condition=Q(action__in=["reveal", "export", "print_view"]),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="access_log_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.screen} {self.subject}"
