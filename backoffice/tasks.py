from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from backoffice.services.audit_chain import seal_new_rows
from backoffice.services.jobs import fail_dead_jobs


@shared_task(name="backoffice.sweep_jobs")
def sweep_jobs(**_: Any) -> None:
    """End the jobs whose worker has died."""
    fail_dead_jobs(at=timezone.now())


@shared_task(name="backoffice.seal_audit")
def seal_audit(**_: Any) -> None:
    """Seal what was written to the audit tables since the last time."""
    seal_new_rows(at=timezone.now())
