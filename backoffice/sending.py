"""Sending a job to a worker. The job's row is the truth: a message that is lost, or that no queue was there to take, is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celery import current_app
from django.db import transaction

if TYPE_CHECKING:
    from backoffice.models import Job


def send_on_commit(job: Job) -> None:
    """Send the job's message once its row is there for everybody. Where the queue cannot be reached, nothing is raised: the sweeper
    sends it later (`backoffice.services.jobs.jobs_to_send_again`).
    """

    def send() -> None:
        send_now(job)

    transaction.on_commit(send, robust=True)


def send_now(job: Job) -> None:
    """Send the job's message."""
    current_app.tasks[job.task].delay(job_id=job.pk, **job.said)
