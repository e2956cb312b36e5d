from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from mailing.models.batch import PrintBatch
from mailing.models.envelope import Envelope
from mailing.states import SampleReason, SampleVerdict

if TYPE_CHECKING:
    from typing import ClassVar

_CHANGED = pgtrigger.Update | pgtrigger.Delete


class SamplePage(models.Model):
    """見本: a page of a submitted revision that every approver has to look at, and why it was chosen.

    Drawn by the system at submission, seeded by the manifest's hash, so that nobody chooses what is shown.
    """

    batch = models.ForeignKey(PrintBatch, on_delete=models.PROTECT, related_name="sample_pages")
    revision = models.PositiveSmallIntegerField()
    page = models.PositiveIntegerField(_("ページ"))
    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="+")
    reasons = ArrayField(models.CharField(max_length=16, choices=SampleReason))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_sample_page_per_page", fields=["batch", "revision", "page"]),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="sample_page_is_append_only", operation=_CHANGED)]

    def __str__(self) -> str:
        return f"{self.batch_id}r{self.revision} p{self.page}"


class SampleView(models.Model):
    """見本の確認: who found what on which sample page. Append-only; of several by one person the newest counts.

    `stated` says that the person declared to have looked at the page outside the screens (a command).
    """

    page = models.ForeignKey(SamplePage, on_delete=models.PROTECT, related_name="views")
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()
    verdict = models.CharField(max_length=8, choices=SampleVerdict)
    note = models.TextField(blank=True, default="")
    stated = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="sample_problem_has_a_note", condition=~Q(verdict="problem") | ~Q(note="")
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="sample_view_is_append_only", operation=_CHANGED)]

    def __str__(self) -> str:
        return f"{self.page_id} {self.verdict}"
