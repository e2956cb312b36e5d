from __future__ import annotations

from functools import partial
from typing import Any

from celery import shared_task
from django.utils import timezone

from backoffice.services.kept_numbers import is_kept, take_numbers
from issuance.models import Campaign
from returns.queries import count_overview, overview_key


@shared_task(name="returns.refresh_overview")
def refresh_overview(**_: Any) -> None:
    """Count anew what the home pages of large campaigns show."""
    for campaign in Campaign.objects.filter(closed_at__isnull=True).order_by("pk"):
        key = overview_key(campaign)
        if is_kept(key):
            take_numbers(key=key, count=partial(count_overview, campaign), at=timezone.now())
