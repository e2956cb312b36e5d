from __future__ import annotations

from django.db import models


class KeptNumbers(models.Model):
    """Counts that take too long for a page: a worker takes them anew, pages read the newest ones."""

    key = models.CharField(max_length=80, unique=True)
    taken_at = models.DateTimeField()
    took_seconds = models.FloatField()
    values = models.JSONField()

    def __str__(self) -> str:
        return self.key
