from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from mailing.models.batch import PrintBatch
from mailing.models.envelope import Envelope
from mailing.states import VendorOutcome

if TYPE_CHECKING:
    from typing import ClassVar


class VendorResult(models.Model):
    """封入結果: what the print vendor reported about one make of one piece. Reported once; a replay changes nothing."""

    batch = models.ForeignKey(PrintBatch, on_delete=models.PROTECT, related_name="results")
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="results")
    make_no = models.PositiveSmallIntegerField(_("作成回"))
    outcome = models.CharField(_("結果"), max_length=8, choices=VendorOutcome)
    recorded_at = models.DateTimeField(_("記録日時"))
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_result_per_make", fields=["envelope", "make_no"]),
        ]
        indexes: ClassVar = [models.Index(name="results_of_batch", fields=["batch", "outcome"])]

    def __str__(self) -> str:
        return f"{self.envelope_id}/{self.make_no} {self.outcome}"
