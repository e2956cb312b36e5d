from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from backoffice import background
from backoffice.services.jobs import start_job
from employers.apps import ensure_branches
from issuance.models import Campaign, InsuredPerson
from returns import tasks
from returns.models import Erasure
from returns.services import close_campaign, confirm_erasure
from tests.factories.endings import an_ended_campaign
from tests.factories.mailing import MORNING, supervisor

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from backoffice.models import Job
    from backoffice.progress import Report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Campaign:
    monkeypatch.setattr(background, "TELL_EVERY", 0.05)
    settings.DATA_DIR = tmp_path / "data"
    ensure_branches("default")
    campaign = an_ended_campaign(keep_months=0)
    close_campaign(campaign=campaign, at=MORNING, by=supervisor())
    return campaign


def a_job(campaign: Campaign, kind: str) -> Job:
    return start_job(kind=kind, subject=str(campaign.public_id), by=supervisor(), at=timezone.now())


def answer_of(job: Job) -> tuple[str, str]:
    job.refresh_from_db()
    return job.state, job.message


def test_workers_prepare_and_erase_and_a_second_delivery_is_harmless(closed: Campaign) -> None:
    prepare = a_job(closed, tasks.PREPARE_ERASURE)
    tasks.prepare_for_job(job_id=prepare.pk)
    tasks.prepare_for_job(job_id=prepare.pk)
    assert answer_of(prepare) == ("done", "消去する件数を数えました。別の担当者が確認すると消去されます。")
    early = a_job(closed, tasks.ERASE_CAMPAIGN)
    tasks.erase_for_job(job_id=early.pk)
    assert answer_of(early) == ("failed", "消去は、まだ別の担当者に確認されていません。")
    confirm_erasure(erasure=Erasure.objects.get(), at=MORNING, by=supervisor())
    for _again in range(2):
        erase = a_job(closed, tasks.ERASE_CAMPAIGN)
        tasks.erase_for_job(job_id=erase.pk)
        assert answer_of(erase) == ("done", "5人の個人情報を消去しました。")
    assert InsuredPerson.objects.count() == 0


def test_a_stopped_erasure_says_that_it_can_be_continued(
    closed: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.prepare_for_job(job_id=a_job(closed, tasks.PREPARE_ERASURE).pk)
    confirm_erasure(erasure=Erasure.objects.get(), at=MORNING, by=supervisor())
    job = a_job(closed, tasks.ERASE_CAMPAIGN)

    def stopped(*, report: Report, **_values: object) -> None:
        raise background.Stopped

    monkeypatch.setattr(tasks, "erase_campaign", stopped)
    tasks.erase_for_job(job_id=job.pk)
    state, message = answer_of(job)
    assert (state, "「消去を続ける」" in message) == ("cancelled", True)
