from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.models import User
from issuance.models import Certificate

if TYPE_CHECKING:
    from typing import ClassVar


class CollectedCard(models.Model):
    """返納: a card somebody who lost eligibility sent back in the reply envelope (R18); never counted as undelivered."""

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

    class Meta:
        indexes: ClassVar = [models.Index(name="collected_by_day", fields=["collected_on", "id"])]

    def __str__(self) -> str:
        return f"{self.public_id}"
