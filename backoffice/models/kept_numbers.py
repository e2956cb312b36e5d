from __future__ import annotations

from django.db import models


class KeptNumbers(models.Model):
    """Counts that take too long for a page: a worker takes them anew, pages read the newest ones.

    `values` is null while a page has asked for them and no worker has counted yet.
    """

    key = models.CharField(max_length=80, unique=True)
    taken_at = models.DateTimeField()
    took_seconds = models.FloatField()
    values = models.JSONField(null=True)
    out_of_date = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.key
