from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from backoffice.states import Stateful
from issuance.models import Campaign
from returns.states import TRAY_STATES, TrayState

if TYPE_CHECKING:
    from typing import ClassVar


class ReturnTray(Stateful):
    """還付トレー: up to 100 returned envelopes that are counted by hand before the tray is closed."""

    STATES = TRAY_STATES

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("トレー番号"))
    state = models.CharField(_("状態"), max_length=8, choices=TrayState, default=TrayState.OPEN)
    scanned = models.PositiveSmallIntegerField(_("読取数"), default=0)
    counted = models.PositiveSmallIntegerField(_("実数"), null=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_tray_per_number", fields=["campaign", "number"]),
            models.UniqueConstraint(
                name="one_open_tray_per_person", fields=["campaign", "opened_by"], condition=Q(state="open")
            ),
            models.CheckConstraint(name="tray_holds_at_most_100", condition=Q(scanned__lte=100)),
            models.CheckConstraint(
                name="closed_tray_was_counted_alike",
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False, counted=F("scanned")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"
