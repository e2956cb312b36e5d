from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from issuance.models import Campaign

if TYPE_CHECKING:
    from typing import ClassVar


class RerouteCycle(models.Model):
    """月次再送付: one run over every return recorded up to the cut-off and not yet re-routed (R28).

    `found` is how many returns waited when it was opened. A large one goes part by part; interrupted, it has no end yet, and the rest
    of its returns are the next one's (ADR 12).
    """

    run = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("回"))
    cutoff = models.DateField(_("締切日"))
    run_at = models.DateTimeField(_("実行日時"))
    run_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    found = models.PositiveIntegerField(_("還付"), default=0)
    ended_at = models.DateTimeField(_("終了日時"), null=True)
    rerouted = models.PositiveIntegerField(_("再作成"), default=0)
    exceptions = models.PositiveIntegerField(_("個別対応"), default=0)
    employers = models.PositiveIntegerField(_("事業所数"), default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_cycle_per_number", fields=["campaign", "number"]),
            models.UniqueConstraint(
                name="one_unfinished_cycle", fields=["campaign"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="cycle_ends_after_it_began",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("run_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"
