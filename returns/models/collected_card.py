from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from issuance.models import Certificate

if TYPE_CHECKING:
    from typing import ClassVar


class CollectedCard(models.Model):
    """返納: a card somebody who lost eligibility sent back in the reply envelope (R18); never counted as undelivered.

    Where no loss was on file (`loss_on_file` false) there is a question: has the person left, or was a valid card sent back?
    It stands until somebody writes down the `answer`.
    """

    class Reason(models.TextChoices):
        LOST = "lost", _("資格喪失")
        REPLACED = "replaced", _("差替え")
        OTHER = "other", _("その他")

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("返納理由"), max_length=12, choices=Reason)
    collected_on = models.DateField(_("返納日"))
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    loss_on_file = models.BooleanField(_("喪失の登録あり"))
    answer = models.TextField(_("確認の結果"), blank=True, default="")
    answered_at = models.DateTimeField(_("確認日時"), null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="collected_question_is_answered_whole",
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (
                    Q(loss_on_file=False, answered_at__isnull=False, answered_by__isnull=False)
                    & ~Q(answer="")
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="collected_by_day", fields=["collected_on", "id"]),
            models.Index(
                name="collected_questions",
                fields=["collected_on", "id"],
                condition=Q(loss_on_file=False, answered_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id}"
