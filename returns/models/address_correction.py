from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from mailing.models import Envelope
from returns.models.delivery_exception import DeliveryException
from returns.states import CorrectionOutcome

if TYPE_CHECKING:
    from typing import ClassVar


class AddressCorrection(models.Model):
    """住所の訂正: one person found out where to send an exceptional envelope again, another one compares and sends.

    `envelope` is the new one that went there.
    """

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    exception = models.ForeignKey(DeliveryException, on_delete=models.PROTECT, related_name="corrections")
    postal_code = models.CharField(_("郵便番号"), max_length=7)
    address1 = models.CharField(_("住所"), max_length=100)
    address2 = models.CharField(_("方書"), max_length=60, blank=True, default="")
    note = models.CharField(_("住所を確認した方法"), max_length=200)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=CorrectionOutcome, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    envelope = models.OneToOneField(Envelope, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_open_correction_per_exception", fields=["exception"], condition=Q(outcome="")
            ),
            models.CheckConstraint(
                name="correction_outcome_has_person_and_envelope",
                condition=Q(
                    outcome="", decided_at__isnull=True, decided_by__isnull=True, envelope__isnull=True
                )
                | Q(
                    outcome="withdrawn",
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    envelope__isnull=True,
                )
                | Q(
                    outcome="sent",
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    envelope__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="correction_is_sent_by_another_person",
                condition=~Q(outcome="sent") | ~Q(decided_by=F("proposed_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exception_id} {self.outcome}"
