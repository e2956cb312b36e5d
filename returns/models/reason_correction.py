from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from returns.models.return_event import ReturnEvent
from returns.models.words_kept import append_only_until_erased, campaign_of
from returns.states import ReturnReason

if TYPE_CHECKING:
    from typing import ClassVar


class ReasonCorrection(models.Model):
    """理由の訂正: a return's reason was entered wrongly; what it was stays readable. Append-only; the note goes with an
    erasure."""

    event = models.ForeignKey(ReturnEvent, on_delete=models.PROTECT, related_name="+")
    was = models.CharField(_("訂正前"), max_length=20, choices=ReturnReason)
    became = models.CharField(_("訂正後"), max_length=20, choices=ReturnReason)
    note = models.CharField(_("訂正の理由"), max_length=200, blank=True, default="")
    corrected_at = models.DateTimeField()
    corrected_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="correction_changes_something", condition=~Q(was=F("became"))),
        ]
        triggers: ClassVar = [
            append_only_until_erased(
                name="correction_is_append_only", words="note", campaign=campaign_of("OLD.event_id")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.was} → {self.became}"
