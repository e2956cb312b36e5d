from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models import F, Q

from backoffice.models import User
from mailing.models.batch import PrintBatch

if TYPE_CHECKING:
    from typing import ClassVar


class SealedPackage(models.Model):
    """暗号化した引渡し一式: the vendor package as one encrypted file, and who was shown its password.

    The password stands nowhere: it was shown once, to somebody else than the one who released the batch. A newer one replaces an
    older one. `package_sha256` is the hash of the package's manifest, which names the hash of everything inside.
    """

    batch = models.ForeignKey(PrintBatch, on_delete=models.PROTECT, related_name="sealed_packages")
    revision = models.PositiveSmallIntegerField()
    package_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sealed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="releaser_is_not_shown_the_password", condition=~Q(sealed_by=F("released_by"))
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="sealed_package_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}r{self.revision} {self.sha256[:12]}"
