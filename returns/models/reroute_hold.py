from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from employers.models import Branch
from issuance.models import Campaign
from returns.models.return_event import ReturnEvent

if TYPE_CHECKING:
    from typing import ClassVar


class RerouteHold(models.Model):
    """再送付の保留: a branch, or one returned envelope, that the monthly cycle leaves alone until the hold is lifted."""

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    branch = models.ForeignKey(
        Branch, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("支部")
    )
    event = models.ForeignKey(ReturnEvent, null=True, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(_("保留の理由"), max_length=200)
    held_at = models.DateTimeField()
    held_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="hold_is_for_a_branch_or_an_envelope",
                condition=Q(branch__isnull=False, event__isnull=True)
                | Q(branch__isnull=True, event__isnull=False),
            ),
            models.CheckConstraint(
                name="hold_is_lifted_by_somebody",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
            models.CheckConstraint(name="hold_has_a_reason", condition=~Q(reason="")),
            models.UniqueConstraint(
                name="one_standing_hold_per_branch",
                fields=["campaign", "branch"],
                condition=Q(lifted_at__isnull=True, branch__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_standing_hold_per_return",
                fields=["event"],
                condition=Q(lifted_at__isnull=True, event__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_id or self.event_id}"
