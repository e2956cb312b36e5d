from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from mailing.models.batch import PrintBatch
from mailing.models.envelope import Envelope
from mailing.states import CaseKind

if TYPE_CHECKING:
    from typing import ClassVar


class Case(models.Model):
    """差異: a difference between what was ordered and what the vendor reported. It is open until somebody has recorded
    its cause and a decision; no reprint of a missing piece is possible before (incident I6).

    `owner` is who has to settle it. A number that was never given has no envelope, only the number as it was reported; too
    many pieces to be made again are a difference of the batch as a whole (make number 0).
    """

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    batch = models.ForeignKey(PrintBatch, on_delete=models.PROTECT, related_name="cases")
    envelope = models.ForeignKey(Envelope, null=True, on_delete=models.PROTECT, related_name="cases")
    reported_piece_no = models.CharField(_("報告された封筒番号"), max_length=12, blank=True, default="")
    make_no = models.PositiveSmallIntegerField()
    kind = models.CharField(_("差異の種類"), max_length=24, choices=CaseKind)
    opened_at = models.DateTimeField(_("発生日時"))
    owner = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("担当者")
    )
    cause = models.TextField(_("原因"), blank=True, default="")
    decision = models.TextField(_("判断"), blank=True, default="")
    closed_at = models.DateTimeField(_("解決日時"), null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_case_per_make_and_kind", fields=["envelope", "make_no", "kind"]
            ),
            models.UniqueConstraint(
                name="one_case_per_strange_number",
                fields=["batch", "reported_piece_no", "make_no", "kind"],
                condition=Q(envelope__isnull=True),
            ),
            models.CheckConstraint(
                name="case_says_what_it_is_about",
                condition=Q(kind="too_many_remakes", envelope__isnull=True, make_no=0)
                | Q(kind="unknown", envelope__isnull=True, reported_piece_no__gt="")
                | (~Q(kind__in=["too_many_remakes", "unknown"]) & Q(envelope__isnull=False)),
            ),
            models.CheckConstraint(
                name="closed_case_has_cause_and_person",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(cause="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
