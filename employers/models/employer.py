from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from employers.models.branch import Branch

if TYPE_CHECKING:
    from typing import ClassVar


class Employer(models.Model):
    """事業所: an establishment as the newest employer file tells it.

    Known by (保険者番号, 記号), never by its name (I13).
    """

    class Status(models.TextChoices):
        COVERED = "1", _("適用中")
        ENDED = "2", _("全喪")

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="+", verbose_name=_("支部"), db_index=False
    )
    insurer_no = models.CharField(_("保険者番号"), max_length=8)
    symbol = models.CharField(_("記号"), max_length=8)
    name = models.CharField(_("事業所名称"), max_length=240)
    name_kana = models.CharField(_("事業所カナ"), max_length=240, blank=True, default="")
    name_key = models.CharField(max_length=240, blank=True, default="")
    postal_code = models.CharField(_("郵便番号"), max_length=7)
    address1 = models.CharField(_("所在地"), max_length=400)
    address2 = models.CharField(_("所在地2"), max_length=240, blank=True, default="")
    status = models.CharField(_("適用状況"), max_length=1, choices=Status)
    ended_on = models.DateField(_("全喪年月日"), null=True)
    contact = models.CharField(_("送付先部署"), max_length=160)
    imported_from = models.ForeignKey(
        "employers.EmployerImport", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_employer_per_insurer_and_symbol", fields=["insurer_no", "symbol"]
            ),
            models.CheckConstraint(
                name="employer_symbol_is_7_or_8_digits", condition=Q(symbol__regex="^[1-9][0-9]{6,7}$")
            ),
            models.CheckConstraint(
                name="employer_ended_on_matches_status",
                condition=Q(status="1", ended_on__isnull=True) | Q(status="2", ended_on__isnull=False),
            ),
        ]
        # In the order of their list.
        indexes: ClassVar = [models.Index(name="employers_of_branch", fields=["branch", "symbol", "id"])]

    def __str__(self) -> str:
        return self.name
