from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from issuance.models import Campaign

if TYPE_CHECKING:
    from typing import ClassVar


class RerouteCycle(models.Model):
    """月次再送付: one run over every return recorded up to the cut-off and not yet re-routed (R28)."""

    run = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(_("回"))
    cutoff = models.DateField(_("締切日"))
    run_at = models.DateTimeField(_("実行日時"))
    run_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    rerouted = models.PositiveIntegerField(_("再作成"), default=0)
    exceptions = models.PositiveIntegerField(_("個別対応"), default=0)
    employers = models.PositiveIntegerField(_("事業所数"), default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_cycle_per_number", fields=["campaign", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.number}"
