from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from backoffice.models import Job, Upload, User
from backoffice.refusal import Refused
from backoffice.services.jobs import (
    NEVER_STARTED,
    SENT_AGAIN_AFTER,
    SILENCE_MEANS_DEATH,
    advance_job,
    begin_job,
    fail_dead_jobs,
    finish_job,
    jobs_to_send_again,
    request_cancel,
    start_job,
)
from backoffice.services.uploads import keep_upload
from backoffice.tasks import sweep_jobs
from tests.factories.backoffice import MORNING, JobFactory, UserFactory

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db
LATER = MORNING + timedelta(minutes=5)
State = Job.State


def starter(job: Job) -> User:
    assert job.started_by is not None
    return job.started_by


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def test_start_job_puts_it_in_the_queue() -> None:
    user = UserFactory.create()
    job = fresh(start_job(kind="import_insured", subject="x", by=user, at=MORNING))
    assert (job.state, job.started_by, job.created_at, job.percent) == (State.QUEUED, user, MORNING, 0)


def test_start_job_refuses_the_same_work_twice() -> None:
    start_job(kind="import_insured", subject="x", by=None, at=MORNING)
    with pytest.raises(Refused) as refusal:
        start_job(kind="import_insured", subject="x", by=None, at=MORNING)
    assert refusal.value.code == "already_running"


def test_start_job_again_after_the_end() -> None:
    first = start_job(kind="import_insured", subject="x", by=None, at=MORNING)
    assert finish_job(job_id=first.pk, at=LATER)
    start_job(kind="import_insured", subject="x", by=None, at=LATER)
    assert Job.objects.filter(subject="x").count() == 2


def test_begin_job_takes_it_up_and_a_second_delivery_goes_on_with_it() -> None:
    job = JobFactory.create()
    assert begin_job(job_id=job.pk, total=10, at=MORNING)
    assert advance_job(job_id=job.pk, done=4, at=MORNING)
    assert begin_job(job_id=job.pk, total=12, at=LATER)
    again = fresh(job)
    assert (again.state, again.started_at, again.heartbeat_at) == (State.RUNNING, MORNING, LATER)
    assert (again.done, again.total) == (0, 12)


def test_begin_job_is_one_messages_while_its_worker_lives() -> None:
    job = JobFactory.create()
    assert begin_job(job_id=job.pk, total=0, at=MORNING, message="first")
    assert not begin_job(job_id=job.pk, total=0, at=LATER, message="second")
    assert begin_job(job_id=job.pk, total=0, at=LATER, message="first")  # delivered a second time
    dead = LATER + SILENCE_MEANS_DEATH + timedelta(seconds=1)
    assert begin_job(job_id=job.pk, total=0, at=dead, message="second")
    assert not begin_job(job_id=job.pk, total=0, at=dead, message="first")


def test_begin_job_is_refused_after_the_end() -> None:
    assert not begin_job(job_id=JobFactory.create(finished=True).pk, total=1, at=LATER)


def test_advance_job_keeps_count_and_heartbeat() -> None:
    job = JobFactory.create(running=True)
    assert advance_job(job_id=job.pk, done=25, at=LATER)
    assert (fresh(job).done, fresh(job).heartbeat_at, fresh(job).percent) == (25, LATER, 25)


@pytest.mark.parametrize(
    "columns", [{"running": True, "cancel_requested_at": MORNING}, {"finished": True}, {}]
)
def test_advance_job_tells_the_worker_to_stop(columns: dict[str, object]) -> None:
    assert not advance_job(job_id=JobFactory.create(**columns).pk, done=1, at=LATER)


@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED])
def test_finish_job_ends_it_once(state: Job.State) -> None:
    job = JobFactory.create(running=True)
    assert finish_job(job_id=job.pk, at=LATER, state=state, message="済み")
    assert not finish_job(job_id=job.pk, at=LATER, state=State.DONE, message="二度目")
    assert (fresh(job).state, fresh(job).message, fresh(job).finished_at) == (state, "済み", LATER)


def test_done_job_is_at_100_percent() -> None:
    assert JobFactory.create(finished=True).percent == 100


def test_cancel_ends_a_waiting_job_at_once() -> None:
    job = JobFactory.create()
    request_cancel(job=job, by=starter(job), at=LATER)
    assert (fresh(job).state, fresh(job).finished_at) == (State.CANCELLED, LATER)


def test_cancel_asks_a_running_job_and_keeps_the_first_request() -> None:
    job = JobFactory.create(running=True)
    request_cancel(job=job, by=starter(job), at=MORNING)
    request_cancel(job=job, by=starter(job), at=LATER)
    assert (fresh(job).state, fresh(job).cancel_requested_at) == (State.RUNNING, MORNING)


@pytest.mark.parametrize(
    ("finished", "own", "code"), [(True, True, "already_finished"), (False, False, "not_your_job")]
)
def test_cancel_is_refused(finished: bool, own: bool, code: str) -> None:
    job = JobFactory.create(finished=finished)
    with pytest.raises(Refused) as refusal:
        request_cancel(job=job, by=starter(job) if own else UserFactory.create(), at=LATER)
    assert refusal.value.code == code


def test_a_job_that_nobody_has_taken_up_is_sent_again_now_and_then() -> None:
    values: dict[str, Any] = {
        "kind": "import_insured",
        "by": None,
        "at": MORNING,
        "task": "issuance.import_file",
    }
    lost = start_job(subject="lost", said={"cutoff": "2025-09-30"}, **values)
    begin_job(job_id=start_job(subject="begun", **values).pk, total=0, at=MORNING)
    finish_job(job_id=start_job(subject="ended", **values).pk, at=MORNING)
    start_job(subject="nobody's", **{**values, "task": ""})
    assert jobs_to_send_again(at=MORNING + SENT_AGAIN_AFTER) == []
    due = MORNING + SENT_AGAIN_AFTER + timedelta(seconds=1)
    [again] = jobs_to_send_again(at=due)
    assert (again, again.task, again.said) == (lost, "issuance.import_file", {"cutoff": "2025-09-30"})
    assert jobs_to_send_again(at=due) == []
    assert jobs_to_send_again(at=due + SENT_AGAIN_AFTER + timedelta(seconds=1)) == [lost]


def test_sweeper_fails_what_is_silent_or_forgotten_and_nothing_else() -> None:
    now = MORNING + NEVER_STARTED + timedelta(seconds=1)
    silent = JobFactory.create(running=True)
    forgotten = JobFactory.create()
    alive = JobFactory.create(running=True, heartbeat_at=now - SILENCE_MEANS_DEATH)
    waiting = JobFactory.create(created_at=now)
    done = JobFactory.create(finished=True)
    assert fail_dead_jobs(at=now) == 2
    assert [fresh(job).state for job in (silent, forgotten, alive, waiting, done)] == [
        State.FAILED,
        State.FAILED,
        State.RUNNING,
        State.QUEUED,
        State.DONE,
    ]
    assert fail_dead_jobs(at=now) == 0


def test_sweep_task_runs_the_sweeper() -> None:
    job = JobFactory.create(running=True)
    sweep_jobs()
    assert fresh(job).message == "処理が途中で止まりました。もう一度実行してください。"


def test_the_sweeper_removes_the_files_that_no_worker_will_read(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    stopped, waiting = (JobFactory.create(subject=subject, created_at=timezone.now()) for subject in "ab")
    files = [keep_upload(job=job, file=ContentFile(b"x", name="r.csv")).path for job in (stopped, waiting)]
    request_cancel(job=stopped, by=starter(stopped), at=timezone.now())
    sweep_jobs.run()
    assert [path.exists() for path in files] == [False, True]
    assert list(Upload.objects.values_list("job", flat=True)) == [waiting.pk]
