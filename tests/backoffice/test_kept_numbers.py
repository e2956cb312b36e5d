"""Numbers that take long to count: no page waits for them, a worker counts them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from backoffice.background import do_job
from backoffice.models import Job, KeptNumbers
from backoffice.services import kept_numbers
from backoffice.services.kept_numbers import numbers_due, put_out_of_date, read_numbers, take_numbers

pytestmark = pytest.mark.django_db
AT = datetime(2025, 9, 10, tzinfo=UTC)


def sleep(seconds: float) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])
    return 1


def statement_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        return str(cursor.fetchone()[0])


def test_a_count_that_outlasts_a_pages_patience_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_numbers, "PATIENCE_SECONDS", 0.05)
    found = read_numbers(counts={"slow": lambda: sleep(30), "later": lambda: sleep(0)}, at=AT)
    assert [taken.values for taken in found.values()] == [None, None]
    assert set(KeptNumbers.objects.values_list("key", "values")) == {("slow", None), ("later", None)}
    assert statement_timeout() == "0"
    assert numbers_due("slow", AT)
    again = read_numbers(counts={"slow": lambda: sleep(30)}, at=AT)
    assert again["slow"].values is None


def test_a_slow_count_within_a_pages_patience_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_numbers, "QUICK_SECONDS", 0.01)
    found = read_numbers(counts={"some": lambda: sleep(0.05)}, at=AT)
    assert found["some"].values == 1
    assert KeptNumbers.objects.get().values == 1
    assert statement_timeout() == "0"


def test_another_error_is_no_lack_of_patience() -> None:
    def cut_off() -> int:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'gone' USING ERRCODE = 'connection_failure'; END $$")
        return 1

    with pytest.raises(OperationalError, match="gone"):
        read_numbers(counts={"broken": cut_off}, at=AT)


def test_numbers_are_due_by_their_age_and_cost_or_when_out_of_date() -> None:
    assert not numbers_due("x", AT)
    KeptNumbers.objects.create(key="x", taken_at=AT, took_seconds=30.0, values=1)
    assert not numbers_due("x", AT + timedelta(seconds=599))
    assert numbers_due("x", AT + timedelta(seconds=600))
    assert put_out_of_date() == 1
    assert numbers_due("x", AT)
    take_numbers(key="x", count=lambda: 2, at=AT)
    assert not KeptNumbers.objects.exists()  # it has become quick


def test_the_end_of_a_job_puts_numbers_out_of_date() -> None:
    KeptNumbers.objects.create(key="x", taken_at=AT, took_seconds=30.0, values=1)
    job = Job.objects.create(kind="a", subject="b", created_at=AT)
    do_job(job_id=job.pk, work=lambda _job, _report: "done")
    assert KeptNumbers.objects.get().out_of_date
