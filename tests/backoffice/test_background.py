from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.utils import timezone

from backoffice import background
from backoffice.background import Stopped, do_job
from backoffice.file_intake import RefusedFile
from backoffice.models import Job, Upload
from backoffice.refusal import Refused
from backoffice.services.jobs import request_cancel
from backoffice.services.uploads import keep_upload
from tests.factories.backoffice import JobFactory

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from backoffice.progress import Report

pytestmark = pytest.mark.django_db(transaction=True)
State = Job.State


@pytest.fixture(autouse=True)
def quick_reports(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> None:
    monkeypatch.setattr(background, "TELL_EVERY", 0.02)
    settings.DATA_DIR = tmp_path


def ended(job: Job) -> tuple[str, str]:
    job.refresh_from_db()
    return job.state, job.message


def test_a_job_ends_with_the_line_its_work_gives() -> None:
    job = JobFactory.create()
    do_job(job_id=job.pk, work=lambda job, report: f"{job.kind}: 3行")
    assert ended(job) == (State.DONE, "import_insured: 3行")


def test_how_far_the_work_is_can_be_seen_before_its_transaction_ends() -> None:
    job = JobFactory.create()
    seen: list[Job] = []

    def work(job: Job, report: Report) -> str:
        report(30, 120)
        until = time.monotonic() + 10
        while not seen and time.monotonic() < until:
            seen.extend(Job.objects.filter(pk=job.pk, done=30, total=120))
            time.sleep(0.01)
        return ""

    do_job(job_id=job.pk, work=work)
    assert seen == [job]


def test_a_refusal_is_the_jobs_answer() -> None:
    def work(job: Job, report: Report) -> str:
        raise Refused("empty_file", "ファイルが空です。")

    job = JobFactory.create()
    do_job(job_id=job.pk, work=work)
    assert ended(job) == (State.FAILED, "ファイルが空です。")


def test_who_may_not_do_it_is_told() -> None:
    def work(job: Job, report: Report) -> str:
        raise PermissionDenied

    job = JobFactory.create()
    do_job(job_id=job.pk, work=work)
    assert ended(job) == (State.FAILED, "この処理を行う権限がありません。")


def test_an_error_fails_the_job_and_is_not_hidden() -> None:
    def work(job: Job, report: Report) -> str:
        raise ZeroDivisionError

    job = JobFactory.create()
    with pytest.raises(ZeroDivisionError):
        do_job(job_id=job.pk, work=work)
    assert ended(job)[0] == State.FAILED


def test_work_that_is_asked_to_stop_stops_at_its_next_report() -> None:
    job = JobFactory.create()

    def work(job: Job, report: Report) -> str:
        assert job.started_by is not None
        request_cancel(job=job, by=job.started_by, at=timezone.now())
        until = time.monotonic() + 10
        while time.monotonic() < until:
            report(1, 2)
            time.sleep(0.01)
        return "not stopped"

    do_job(job_id=job.pk, work=work)
    assert ended(job) == (State.CANCELLED, "中止しました。何も変わっていません。")


def test_a_job_that_has_ended_is_not_done_again() -> None:
    job = JobFactory.create(finished=True)
    do_job(job_id=job.pk, work=lambda job, report: "again")
    assert ended(job) == (State.DONE, "")


def test_the_file_of_a_job_is_removed_when_it_ends() -> None:
    job = JobFactory.create()
    upload = keep_upload(job=job, file=ContentFile(b"a,b\n", name="x" * 300))
    path = upload.path

    def work(job: Job, report: Report) -> str:
        return job.upload.path.read_text()

    do_job(job_id=job.pk, work=work)
    assert ended(job) == (State.DONE, "a,b\n")
    assert (path.exists(), Upload.objects.count(), len(upload.file_name)) == (False, 0, 200)


def test_the_name_of_a_file_that_was_refused_stays_when_the_file_is_gone() -> None:
    def work(job: Job, report: Report) -> str:
        raise RefusedFile("missing_column", "列「氏名」がありません。")

    job = JobFactory.create()
    keep_upload(job=job, file=ContentFile(b"a,b\n", name="insured.csv"))
    do_job(job_id=job.pk, work=work)
    assert ended(job) == (State.FAILED, "列「氏名」がありません。")
    assert (job.refused_file, Upload.objects.count()) == ("insured.csv", 0)


def test_the_heart_beats_while_a_single_statement_takes_long() -> None:
    job = JobFactory.create()

    def work(job: Job, report: Report) -> str:
        before = timezone.now()
        until = time.monotonic() + 10
        while not Job.objects.filter(
            pk=job.pk, heartbeat_at__gt=before + timedelta(milliseconds=10)
        ).exists():
            assert time.monotonic() < until
        return "alive"

    do_job(job_id=job.pk, work=work)
    assert ended(job) == (State.DONE, "alive")


def test_stopped_is_no_error_of_the_program() -> None:
    def work(job: Job, report: Report) -> str:
        raise Stopped

    job = JobFactory.create()
    do_job(job_id=job.pk, work=work)
    assert ended(job)[0] == State.CANCELLED
