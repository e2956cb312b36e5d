from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from employers.models import Branch, Employer
from issuance.models.campaign import Campaign

if TYPE_CHECKING:
    from typing import ClassVar


class Household(models.Model):
    """世帯: the insured person and dependants on one (保険者番号, 記号, 番号); not the resident
    register's household (domain.md §2.2).

    `employer` is empty for 任意継続 and 法3-2, who have none; `branch` is empty only for 法3-2 insurer
    numbers (03/04…), which are never issued anything.
    """

    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="households", db_index=False
    )
    branch = models.ForeignKey(Branch, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    employer = models.ForeignKey(
        Employer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    insurer_no = models.CharField(_("保険者番号"), max_length=8)
    symbol = models.CharField(_("記号"), max_length=8)
    number = models.CharField(_("番号"), max_length=7)

    class Meta:
        constraints: ClassVar = [
            # In this order, so that the telephone's 記号・番号 alone finds a household.
            models.UniqueConstraint(
                name="one_household_per_insurer_symbol_number",
                fields=["symbol", "number", "campaign", "insurer_no"],
            ),
            models.CheckConstraint(
                name="household_symbol_is_7_or_8_digits", condition=Q(symbol__regex="^[1-9][0-9]{6,7}$")
            ),
            models.CheckConstraint(
                name="household_number_is_1_to_7_digits", condition=Q(number__regex="^[1-9][0-9]{0,6}$")
            ),
            models.CheckConstraint(
                name="household_has_branch_unless_day_labour",
                condition=Q(branch__isnull=False) | Q(insurer_no__regex="^0[34]"),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="households_of_employer", fields=["employer", "id"]),
            models.Index(name="households_of_branch", fields=["branch", "id"]),
        ]

    def __str__(self) -> str:
        return f"household {self.pk}"
