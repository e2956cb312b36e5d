from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from backoffice import background
from backoffice.roles import Role
from backoffice.services.jobs import start_job
from backoffice.services.uploads import keep_upload
from employers.apps import ensure_branches
from employers.models import Employer
from issuance.models import InsuredPerson
from issuance.tasks import IMPORT_EMPLOYERS, IMPORT_INSURED, SELECT_TARGETS, import_file, select_for_job
from tests.factories.mailing import a_campaign, an_employer, staff
from tests.issuance.roster_files import employer, employer_file, person, roster_file

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from backoffice.models import Job
    from issuance.models import Campaign

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campaign(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Campaign:
    monkeypatch.setattr(background, "TELL_EVERY", 0.05)
    settings.DATA_DIR = tmp_path / "data"
    ensure_branches("default")
    return a_campaign()


def a_job(campaign: Campaign, kind: str, path: Path | None = None) -> Job:
    job = start_job(kind=kind, subject=str(campaign.public_id), by=staff(Role.CLERK), at=timezone.now())
    if path:
        keep_upload(job=job, file=ContentFile(path.read_bytes(), name=path.name))
    return job


def answer_of(job: Job) -> tuple[str, str]:
    job.refresh_from_db()
    return job.state, job.message


def test_files_are_taken_in_by_their_jobs_and_once_only(campaign: Campaign, tmp_path: Path) -> None:
    employers = employer_file(tmp_path, employer())
    roster = roster_file(tmp_path, person())
    answers = []
    for kind, path in ((IMPORT_EMPLOYERS, employers), (IMPORT_INSURED, roster), (IMPORT_INSURED, roster)):
        job = a_job(campaign, kind, path)
        import_file(job_id=job.pk)
        answers.append(answer_of(job))
    assert answers == [
        ("done", "1行のうち、1行を取り込み、0行を却下しました。"),
        ("done", "1行のうち、1行を取り込み、0行を却下しました。"),
        ("done", "このファイルはすでに取り込まれています。何も変わっていません。"),
    ]
    assert (Employer.objects.count(), InsuredPerson.objects.count()) == (1, 1)


def test_a_refused_file_is_the_jobs_answer_and_changes_nothing(campaign: Campaign, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("氏名\n山田\n")
    job = a_job(campaign, IMPORT_INSURED, path)
    import_file(job_id=job.pk)
    state, message = answer_of(job)
    assert (state, InsuredPerson.objects.count()) == ("failed", 0)
    assert "列" in message


def test_everyone_is_judged_by_a_job(campaign: Campaign, tmp_path: Path) -> None:
    an_employer(symbol="21000001")
    job = a_job(campaign, IMPORT_INSURED, roster_file(tmp_path, person()))
    import_file(job_id=job.pk)
    job = a_job(campaign, SELECT_TARGETS)
    select_for_job(job_id=job.pk)
    assert answer_of(job) == ("done", "1人を判定しました。対象 1人、個別対応 0人、対象外 0人です。")
