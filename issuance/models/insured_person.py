from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issuance.models.household import Household
from issuance.models.intake import LossImport, RosterImport

if TYPE_CHECKING:
    from typing import ClassVar


class InsuredPerson(models.Model):
    """加入者: one accepted row of the roster, as the file said it (names and numbers are text, kept as is).

    `name_key` and `kana_key` serve searching only. `later_lost_on` is a loss reported after the extraction.
    """

    class Relation(models.TextChoices):
        INSURED = "1", _("本人")
        DEPENDANT = "2", _("家族")

    class InsuredKind(models.TextChoices):
        GENERAL = "1", _("一般")
        VOLUNTARY = "2", _("任意継続")
        DAY_LABOURER = "9", _("法3-2")

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    # No index of their own where a unique constraint begins with the column: each costs seconds per million rows.
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="people", db_index=False)
    source = models.ForeignKey(RosterImport, on_delete=models.PROTECT, related_name="people", db_index=False)
    line = models.PositiveIntegerField(_("行"))
    edaban = models.CharField(_("枝番"), max_length=2)
    relation = models.CharField(_("本人家族区分"), max_length=1, choices=Relation)
    insured_kind = models.CharField(_("被保険者種別"), max_length=1, choices=InsuredKind)
    name = models.CharField(_("氏名"), max_length=600)
    name_kana = models.CharField(_("氏名カナ"), max_length=60)
    name_print = models.CharField(_("券面氏名"), max_length=600)
    name_key = models.CharField(max_length=600, db_collation="C")
    kana_key = models.CharField(max_length=60, db_collation="C")
    sex_print = models.CharField(_("性別"), max_length=4)
    birth_date = models.DateField(_("生年月日"))
    acquired_on = models.DateField(_("資格取得年月日"))
    decided_on = models.DateField(_("決定年月日"))
    lost_on = models.DateField(_("資格喪失年月日"), null=True)
    card_held = models.BooleanField(_("保険証保有"))
    myna_usable = models.BooleanField(_("マイナ保険証で確認できる"))
    postal_code = models.CharField(_("郵便番号"), max_length=7)
    address1 = models.CharField(_("住所"), max_length=1000)
    address2 = models.CharField(_("方書"), max_length=600, blank=True, default="")
    nondisclosure = models.BooleanField(_("不開示"))
    voluntary_end = models.DateField(_("任継満了日"), null=True)
    back_remarks = models.CharField(_("裏面備考"), max_length=600, blank=True, default="")
    later_lost_on = models.DateField(_("抽出後の資格喪失年月日"), null=True)
    later_loss_source = models.ForeignKey(
        LossImport, null=True, on_delete=models.PROTECT, related_name="people", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_person_per_household_and_edaban", fields=["household", "edaban"]
            ),
            models.UniqueConstraint(
                name="one_insured_per_household", fields=["household"], condition=Q(relation="1")
            ),
            models.UniqueConstraint(name="one_person_per_file_line", fields=["source", "line"]),
            models.CheckConstraint(name="person_edaban_is_2_digits", condition=Q(edaban__regex="^[0-9]{2}$")),
            models.CheckConstraint(
                name="person_voluntary_end_matches_kind",
                condition=Q(insured_kind="2", voluntary_end__isnull=False)
                | (~Q(insured_kind="2") & Q(voluntary_end__isnull=True)),
            ),
            models.CheckConstraint(
                name="person_later_loss_has_source",
                condition=Q(later_lost_on__isnull=True, later_loss_source__isnull=True)
                | Q(later_lost_on__isnull=False, later_loss_source__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="people_by_kana", fields=["kana_key", "id"]),
            models.Index(name="people_by_name_key", fields=["name_key", "id"]),
            models.Index(
                name="insured_by_postal_code", fields=["postal_code", "household"], condition=Q(relation="1")
            ),
            models.Index(name="nondisclosed_people", fields=["household"], condition=Q(nondisclosure=True)),
            models.Index(
                name="people_of_loss_file",
                fields=["later_loss_source", "id"],
                condition=Q(later_loss_source__isnull=False),
            ),
            # With the reading: among twelve million hundreds are born on one day, and to put them in order each time takes 15 ms.
            models.Index(name="people_by_birth_date", fields=["birth_date", "kana_key", "id"]),
        ]

    def __str__(self) -> str:
        return f"person {self.public_id}"
