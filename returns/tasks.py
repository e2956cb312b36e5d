from __future__ import annotations

from functools import partial
from typing import Any

from celery import shared_task
from django.utils import timezone

from backoffice.services.kept_numbers import is_kept, take_numbers
from issuance.models import Campaign
from returns.queries import count_overview, outliers, outliers_key, overview_key


@shared_task(name="returns.refresh_overview")
def refresh_overview(**_: Any) -> None:
    """Count anew what the home pages of large campaigns show."""
    for campaign in Campaign.objects.filter(closed_at__isnull=True).order_by("pk"):
        for key, count in ((overview_key, count_overview), (outliers_key, outliers)):
            if is_kept(key(campaign)):
                take_numbers(key=key(campaign), count=partial(count, campaign), at=timezone.now())
