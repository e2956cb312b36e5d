from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from employers.models.employer import Employer

if TYPE_CHECKING:
    from typing import ClassVar


class TargetList(models.Model):
    """対象者一覧表 of one employer (R30): a frozen document; publishing again makes a new version."""

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    campaign_code = models.CharField(max_length=24)
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="target_lists")
    version = models.PositiveSmallIntegerField(_("版"), default=1)
    as_of = models.DateField(_("基準日"))
    published_at = models.DateTimeField(_("作成日時"))
    line_count = models.PositiveIntegerField(_("人数"))
    card_count = models.PositiveIntegerField(_("枚数"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_target_list_per_employer_and_version",
                fields=["campaign_code", "employer", "version"],
            ),
            models.CheckConstraint(name="target_list_has_lines", condition=Q(line_count__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.employer} v{self.version}"


class TargetListLine(models.Model):
    """One insured person of a target list: values copied at publication, no link to the person."""

    target_list = models.ForeignKey(TargetList, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    number = models.CharField(_("番号"), max_length=7)
    insured_name = models.CharField(_("被保険者氏名"), max_length=240)
    card_count = models.PositiveSmallIntegerField(_("枚数"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_line_per_place_in_list", fields=["target_list", "position"]),
            models.UniqueConstraint(name="one_line_per_number_in_list", fields=["target_list", "number"]),
            models.CheckConstraint(name="target_list_line_has_cards", condition=Q(card_count__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.target_list_id}#{self.position}"
