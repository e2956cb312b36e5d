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

_PROPOSED = Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
_NOT_WITHDRAWN = Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)


class Erasure(models.Model):
    """個人情報の消去: what a closed campaign says about people is erased, once a second person has confirmed it (ADR 0011).

    `to_erase` are the numbers of rows both people saw, `kept` what remains as an answer for ever: the counts of the campaign and
    the proof of its invariants on the day of the proposal. `erased` are the numbers of rows that are gone.
    """

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("準備した日時"))
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    to_erase = models.JSONField(_("消去する件数"))
    kept = models.JSONField(_("残す件数"))
    confirmed_at = models.DateTimeField(_("確認した日時"), null=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(_("取り下げた日時"), null=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(_("消去した日時"), null=True)
    erased = models.JSONField(_("消去した件数"), default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_standing_erasure_per_campaign",
                fields=["campaign"],
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="erasure_is_confirmed_by_another_person",
                condition=_PROPOSED
                | (
                    Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                    & ~Q(confirmed_by=F("proposed_by"))
                ),
            ),
            models.CheckConstraint(
                name="only_a_proposed_erasure_is_withdrawn",
                condition=_NOT_WITHDRAWN
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & _PROPOSED),
            ),
            models.CheckConstraint(
                name="erased_is_what_was_confirmed",
                condition=Q(erased_at__isnull=True) | Q(confirmed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.proposed_at:%Y-%m-%d}"
