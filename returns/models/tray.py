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
    """還付トレー: up to 100 returned envelopes that are counted by hand before the tray is closed.

    A closed tray has a place where it is kept until its contents are destroyed: one person enters day and number of the
    certificate of destruction, another one who has seen it confirms.
    """

    STATES = TRAY_STATES

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("トレー番号"))
    state = models.CharField(_("状態"), max_length=10, choices=TrayState, default=TrayState.OPEN)
    scanned = models.PositiveSmallIntegerField(_("読取数"), default=0)
    counted = models.PositiveSmallIntegerField(_("実数"), null=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("受付者"))
    closed_at = models.DateTimeField(_("計数日時"), null=True)
    storage_place = models.CharField(_("保管場所"), max_length=60, blank=True, default="")
    stored_at = models.DateTimeField(null=True)
    stored_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    destroyed_on = models.DateField(_("廃棄日"), null=True)
    destruction_no = models.CharField(_("廃棄証明書番号"), max_length=40, blank=True, default="")
    destruction_entered_at = models.DateTimeField(null=True)
    destruction_entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    destruction_confirmed_at = models.DateTimeField(null=True)
    destruction_confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

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
                | Q(state__in=["closed", "destroyed"], closed_at__isnull=False, counted=F("scanned")),
            ),
            models.CheckConstraint(
                name="tray_place_was_entered_by_somebody",
                condition=Q(storage_place="", stored_at__isnull=True, stored_by__isnull=True)
                | (Q(stored_at__isnull=False, stored_by__isnull=False) & ~Q(storage_place="")),
            ),
            models.CheckConstraint(
                name="destruction_is_entered_whole",
                condition=Q(
                    destroyed_on__isnull=True,
                    destruction_no="",
                    destruction_entered_at__isnull=True,
                    destruction_entered_by__isnull=True,
                )
                | (
                    Q(
                        state__in=["closed", "destroyed"],
                        destroyed_on__isnull=False,
                        destruction_entered_at__isnull=False,
                        destruction_entered_by__isnull=False,
                    )
                    & ~Q(destruction_no="")
                ),
            ),
            models.CheckConstraint(
                name="destruction_was_confirmed_by_another",
                condition=(
                    ~Q(state="destroyed")
                    & Q(destruction_confirmed_at__isnull=True, destruction_confirmed_by__isnull=True)
                )
                | (
                    Q(
                        state="destroyed",
                        destruction_entered_by__isnull=False,
                        destruction_confirmed_at__isnull=False,
                        destruction_confirmed_by__isnull=False,
                    )
                    & ~Q(destruction_confirmed_by=F("destruction_entered_by"))
                ),
            ),
        ]
        triggers: ClassVar = [
            TRAY_STATES.trigger("tray_state_moves"),
        ]

    @property
    def code(self) -> str:
        """What its label says: `TR-R7-000012`."""
        return f"TR-{self.campaign.code}-{self.number:06d}"

    def __str__(self) -> str:
        return f"{self.number}"
