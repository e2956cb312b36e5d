from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from issuance.models.insured_person import InsuredPerson
from issuance.states import Outcome

if TYPE_CHECKING:
    from typing import ClassVar


class SelectionChange(models.Model):
    """判定の変化: somebody whose data says something else by now than when they were judged; a preview, made anew each time.

    `has_certificate`: it is too late for another judgement, the certificate is pulled or voided instead.
    """

    person = models.OneToOneField(
        InsuredPerson, primary_key=True, on_delete=models.PROTECT, related_name="selection_change"
    )
    was = models.CharField(_("前の判定"), max_length=8, choices=Outcome)
    became = models.CharField(_("いまの判定"), max_length=8, choices=Outcome)
    reasons = ArrayField(models.CharField(max_length=24), default=list, verbose_name=_("いまの理由"))
    has_certificate = models.BooleanField(_("資格確認書を作成済み"))
    found_at = models.DateTimeField(_("調べた日時"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="selection_change_changes_the_side", condition=~Q(was=F("became"))),
        ]

    def __str__(self) -> str:
        return f"{self.was} → {self.became}"
