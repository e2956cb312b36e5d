from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from employers.models import Branch, Employer
from issuance.models import Campaign
from returns.models.return_event import ReturnEvent
from returns.states import RerouteChange

if TYPE_CHECKING:
    from typing import ClassVar


class ReroutePreview(models.Model):
    """月次再送付の確認: what a cycle with this cut-off would have done at the moment `taken_at`. The last look at a cut-off counts;
    a cycle that is run ends them all."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    cutoff = models.DateField(_("締切日"))
    taken_at = models.DateTimeField(_("確認日時"))
    taken_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_preview_per_cutoff", fields=["campaign", "cutoff"]),
        ]

    def __str__(self) -> str:
        return f"{self.cutoff}"


class PreviewLine(models.Model):
    """How many envelopes of a branch would go to the employer (no `code`) or to a person; `held` ones stay where they are."""

    preview = models.ForeignKey(ReroutePreview, on_delete=models.CASCADE, related_name="lines")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20, blank=True)
    held = models.BooleanField()
    envelopes = models.PositiveIntegerField()
    employers = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.branch_id} {self.code} {self.envelopes}"


class PreviewEmployer(models.Model):
    """What one employer would receive."""

    preview = models.ForeignKey(ReroutePreview, on_delete=models.CASCADE, related_name="employers")
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, related_name="+")
    envelopes = models.PositiveIntegerField()
    cards = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.employer_id} {self.envelopes}"


class PreviewChange(models.Model):
    """Something about a waiting envelope that is not as it was when it was posted (domain.md §3.2, §3.7)."""

    preview = models.ForeignKey(ReroutePreview, on_delete=models.CASCADE, related_name="changes")
    event = models.ForeignKey(ReturnEvent, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=20, choices=RerouteChange)
    since = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.event_id} {self.what}"
