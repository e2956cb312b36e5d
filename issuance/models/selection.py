from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from issuance.models.insured_person import InsuredPerson
from issuance.states import NONDISCLOSURE, RARE_REASONS, ExclusionReason, Outcome

if TYPE_CHECKING:
    from typing import ClassVar


class Selection(models.Model):
    """判定: the one outcome of one person, all reasons that apply, the version of the rules that gave it."""

    person = models.OneToOneField(
        InsuredPerson, primary_key=True, on_delete=models.PROTECT, related_name="selection"
    )
    outcome = models.CharField(_("判定"), max_length=8, choices=Outcome)
    reasons = ArrayField(models.CharField(max_length=24), default=list, verbose_name=_("理由"))
    rule_version = models.CharField(_("規則の版"), max_length=24)
    selected_at = models.DateTimeField(_("判定日時"))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="selection_reasons_match_outcome",
                condition=Q(outcome="target", reasons__len=0)
                | Q(outcome="held", reasons=[NONDISCLOSURE])
                | Q(outcome="excluded", reasons__len__gte=1, reasons__contained_by=ExclusionReason.values),
            ),
        ]
        indexes: ClassVar = [
            # Most people are excluded: a list of them is a walk over everybody, and costs no index that is as large as the table.
            models.Index(
                name="selections_by_outcome", fields=["outcome", "person"], condition=~Q(outcome="excluded")
            ),
            # The reasons that few have: without these a list of a reason that nobody has walks over everybody.
            *(
                models.Index(
                    name=f"judged_{reason}", fields=["person"], condition=Q(reasons__contains=[reason])
                )
                for reason in RARE_REASONS
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {' '.join(self.reasons)}"
