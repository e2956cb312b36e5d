from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from backoffice.states import Stateful
from backoffice.uniqueness import alone_while
from mailing.models import Envelope
from returns.models.intake import ReturnsImport
from returns.models.reroute_cycle import RerouteCycle
from returns.models.tray import ReturnTray
from returns.states import RETURN_STATES, ReturnEnd, ReturnReason

if TYPE_CHECKING:
    from typing import ClassVar


class ReturnEvent(Stateful):
    """還付: one envelope came back. The unit is the envelope, never the household (domain.md §9 trap 4).

    `nonce` comes from the scanner's page, so that a resend after a lost connection records nothing twice. `state` says
    what it has led to. An undone scan stays as a row with `undone_at`.
    """

    STATES = RETURN_STATES

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(_("還付理由"), max_length=20, choices=ReturnReason)
    returned_on = models.DateField(_("還付日"))
    note = models.TextField(_("備考"), blank=True, default="")
    recorded_at = models.DateTimeField(_("記録日時"))
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(
        ReturnsImport, null=True, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    tray = models.ForeignKey(
        ReturnTray, null=True, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    nonce = models.UUIDField(null=True, unique=True)
    state = models.CharField(_("行き先"), max_length=20, choices=ReturnEnd, default=ReturnEnd.WAITING)
    cycle = models.ForeignKey(
        RerouteCycle, null=True, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "envelope",
                alone_while(Q(undone_at__isnull=True)),
                name="one_standing_return_per_envelope",
            ),
            models.CheckConstraint(
                name="return_cycle_matches_state",
                condition=Q(state="rerouted", cycle__isnull=False)
                | Q(state="waiting", cycle__isnull=True)
                | Q(state__in=["exception", "delivered_after_all"]),
            ),
            models.CheckConstraint(
                name="only_a_waiting_return_is_undone",
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False, state="waiting"),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="returns_waiting",
                fields=["returned_on", "id"],
                condition=Q(state="waiting", undone_at__isnull=True),
            ),
            models.Index(name="returns_by_recording", fields=["recorded_at", "id"]),
            # What many do not have is indexed for the others alone: every index is paid for at each move.
            *(
                models.Index(
                    name=f"returns_of_{name}", fields=[name], condition=Q(**{f"{name}__isnull": False})
                )
                for name in ("source", "tray", "cycle", "undone_by")
            ),
        ]
        triggers: ClassVar = [
            RETURN_STATES.trigger("return_state_moves"),
        ]

    def __str__(self) -> str:
        return f"{self.envelope_id} {self.reason}"
