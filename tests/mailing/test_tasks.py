from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from backoffice import background
from backoffice.models import Job
from backoffice.roles import Role
from backoffice.services.jobs import start_job
from backoffice.services.uploads import keep_upload
from employers.apps import ensure_branches
from issuance.services import import_losses
from mailing.models import Envelope
from mailing.tasks import IMPORT_LOSSES, PACK, PLAN, PUBLISH_LISTS, work_on_campaign
from tests.factories.mailing import a_campaign, a_household, an_employer, staff

if TYPE_CHECKING:
    from issuance.models import Campaign

pytestmark = pytest.mark.django_db(transaction=True)


def done(campaign: Campaign, kind: str, file: bytes = b"") -> str:
    """Do a job of the kind; its last word."""
    job = start_job(kind=kind, subject=str(campaign.public_id), by=staff(Role.CLERK), at=timezone.now())
    if file:
        keep_upload(job=job, file=ContentFile(file, name="losses.csv"))
    work_on_campaign(job_id=job.pk)
    return f"{Job.objects.get(pk=job.pk).state}: {Job.objects.get(pk=job.pk).message}"


def test_a_campaign_is_packed_planned_listed_and_losses_are_pulled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "TELL_EVERY", 0.05)
    ensure_branches("default")
    campaign = a_campaign()
    home = a_household(campaign, "00", "01", employer=an_employer())
    assert done(campaign, PUBLISH_LISTS) == "done: 対象者一覧表 1件を作成し、封筒 1通に入れました。"
    assert done(campaign, PACK) == "done: 封筒 1通を作成し、資格確認書 2枚を入れました。"
    assert done(campaign, PACK) == "done: 封筒 0通を作成し、資格確認書 0枚を入れました。"
    assert done(campaign, PLAN) == "done: 印刷バッチ 2件を計画しました。"
    row = f"{home.insurer_no},{home.symbol},{home.number},01,2025-07-01"
    told = done(campaign, IMPORT_LOSSES, f"insurer_no,symbol,number,edaban,lost_on\n{row}\n".encode())
    assert told == "done: 1人の資格喪失を取り込み、0行を却下しました。引抜き 1通、作り直し 1通です。"
    assert Envelope.objects.filter(state="pulled").count() == 1


def test_a_file_of_losses_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []

    def watched(*, progress: Any, **values: Any) -> Any:
        progress(1, 2, 3)
        until = time.monotonic() + 10
        while not seen and time.monotonic() < until:
            seen.extend(Job.objects.filter(total=2).values_list("done", "rows"))
        return import_losses(progress=progress, **values)

    monkeypatch.setattr(background, "TELL_EVERY", 0.01)
    monkeypatch.setattr("mailing.tasks.import_losses", watched)
    campaign = a_campaign()
    rows = "insurer_no,symbol,number,edaban,lost_on\n01130012,21700023,9999999,00,2025-07-01\n"
    assert done(campaign, IMPORT_LOSSES, rows.encode()).startswith("done: ")
    assert seen == [(1, 3)]
