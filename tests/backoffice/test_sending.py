"""A job whose message is lost, or that no queue was there to take, is done all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from backoffice.models import Job
from backoffice.sending import send_on_commit
from backoffice.services.jobs import SENT_AGAIN_AFTER, start_job
from backoffice.tasks import sweep_jobs

if TYPE_CHECKING:
    from typing import Any

pytestmark = pytest.mark.django_db(transaction=True)
TASK = "returns.reroute"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was sent; the first message meets no queue."""
    messages: list[dict[str, Any]] = []

    def delay(**said: object) -> None:
        messages.append(said)
        if len(messages) == 1:
            raise OperationalError("connection refused")

    monkeypatch.setattr(current_app.tasks[TASK], "delay", delay)
    return messages


def test_a_job_that_could_not_be_sent_is_sent_by_the_sweeper(sent: list[dict[str, Any]]) -> None:
    now = timezone.now()
    with transaction.atomic():
        job = start_job(kind=TASK, subject="x", by=None, at=now, task=TASK, said={"cutoff": "2025-09-30"})
        send_on_commit(job)
        assert sent == []
    message = {"job_id": job.pk, "cutoff": "2025-09-30"}
    assert sent == [message]
    sweep_jobs()
    assert len(sent) == 1  # it may still be on its way
    Job.objects.update(sent_at=now - SENT_AGAIN_AFTER - timedelta(seconds=1))
    sweep_jobs()
    assert sent == [message, message]
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_nothing_is_sent_of_what_was_rolled_back(sent: list[dict[str, Any]]) -> None:
    with transaction.atomic():
        send_on_commit(start_job(kind=TASK, subject="x", by=None, at=timezone.now(), task=TASK))
        transaction.set_rollback(True)
    assert sent == []
