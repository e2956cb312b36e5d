from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from typing import ClassVar


class Branch(models.Model):
    """支部: one of the insurer's 47 branches, keyed by its two-digit prefecture code (domain.md §2.1).

    The name, postal code and address are printed on cards and letters as the insurer's.
    """

    code = models.CharField(_("支部コード"), max_length=2, primary_key=True)
    name = models.CharField(_("支部名"), max_length=20)
    insurer_no = models.CharField(_("保険者番号"), max_length=8, unique=True)
    postal_code = models.CharField(_("郵便番号"), max_length=7, blank=True, default="")
    address = models.CharField(_("所在地"), max_length=100)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="branch_code_is_a_prefecture", condition=Q(code__regex="^(0[1-9]|[1-3][0-9]|4[0-7])$")
            ),
            models.CheckConstraint(
                name="branch_insurer_no_carries_its_code",
                condition=Q(insurer_no__regex="^01[0-9]{2}001[0-9]$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
