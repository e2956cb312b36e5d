from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from backoffice.services.jobs import fail_dead_jobs


@shared_task(name="backoffice.sweep_jobs")
def sweep_jobs(**_: Any) -> None:
    """End the jobs whose worker has died."""
    fail_dead_jobs(at=timezone.now())
