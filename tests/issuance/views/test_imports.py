from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from backoffice.models import AccessLog, Job, Upload
from backoffice.roles import Permission, Role
from employers.intake import COLUMNS as EMPLOYER_COLUMNS
from issuance.intake import COLUMNS, LOSS_COLUMNS
from issuance.models import Campaign, LossReject, Reject
from issuance.tasks import IMPORT_EMPLOYERS, IMPORT_INSURED
from returns.intake import COLUMNS as RETURN_COLUMNS
from tests.factories.backoffice import JobFactory
from tests.factories.employers import EmployerImportFactory
from tests.factories.issuance import CampaignFactory, LossImportFactory, RosterImportFactory
from tests.page_text import body_of, messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import DjangoAssertNumQueries, Settings

    from backoffice.file_intake import Column
    from tests.conftest import ClientAs

LIST = "issuance:import-list"


@pytest.fixture
def campaign(db: None) -> Campaign:
    return CampaignFactory.create(code="R7")


@pytest.fixture(autouse=True)
def own_data_dir(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def roster(campaign: Campaign, rejects: int = 0) -> Any:
    record = RosterImportFactory.create(campaign=campaign, rows=10, accepted=10 - rejects, rejected=rejects)
    for place in range(rejects):
        Reject.objects.create(
            source=record, line=place + 2, column="name", rule="name_character", message="=1+1"
        )
    return record


def of_roster(record: Any, name: str = "detail") -> str:
    return reverse(f"issuance:roster-import-{name}", kwargs={"public_id": record.public_id})


def test_who_may_see_and_bring_files(client_as: ClientAs, campaign: Campaign) -> None:
    record, losses = roster(campaign, 1), LossImportFactory.create(campaign=campaign)
    for url in (
        reverse(LIST),
        of_roster(record),
        of_roster(record, "rejects"),
        reverse("issuance:loss-import-detail", kwargs={"public_id": losses.public_id}),
        reverse("issuance:loss-import-rejects", kwargs={"public_id": losses.public_id}),
    ):
        assert_only(client_as, url, Permission.VIEW_IMPORTS)
    for name in ("employers-upload", "roster-upload"):
        assert_only(client_as, reverse(f"issuance:{name}"), Permission.IMPORT_FILES)
        assert_only(client_as, reverse(f"issuance:{name}"), Permission.IMPORT_FILES, "post")


def test_without_a_campaign_the_page_says_what_to_do(client_as: ClientAs, db: None) -> None:
    assert "一括発行が登録されていません" in text_of(client_as(Role.CLERK).get(reverse(LIST)))
    assert (
        client_as(Role.CLERK).post(reverse("issuance:roster-upload"), {"file": csv_file()}).status_code == 404
    )


@pytest.mark.parametrize("files", [1, 3])
def test_the_page_needs_the_same_queries_for_one_and_three_files(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, files: int
) -> None:
    for _ in range(files):
        roster(campaign)
        LossImportFactory.create(campaign=campaign)
        EmployerImportFactory.create(campaign_code=campaign.code)
    client = client_as(Role.CLERK)
    with django_assert_num_queries(7):  # session, user, campaign, refused files, three sorts of files
        page = client.get(reverse(LIST))
    assert [len(section["table"].rows) for section in page.context["sections"]] == [files] * 3


def test_readers_bring_nothing_and_other_campaigns_files_are_elsewhere(
    client_as: ClientAs, campaign: Campaign
) -> None:
    EmployerImportFactory.create(campaign_code="R6")
    page = client_as(Role.AUDITOR).get(reverse(LIST))
    assert page.context["links"] == []
    assert text_of(page).count("まだ取り込まれていません。") == 3


def csv_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("加入者.csv", "保険者番号\n".encode())


@pytest.mark.parametrize(
    ("name", "kind"), [("employers-upload", IMPORT_EMPLOYERS), ("roster-upload", IMPORT_INSURED)]
)
def test_an_upload_starts_a_job_that_finds_the_file(
    client_as: ClientAs, campaign: Campaign, name: str, kind: str
) -> None:
    client = client_as(Role.CLERK)
    answer = client.post(reverse(f"issuance:{name}"), {"file": csv_file()}, follow=True)
    job, upload = Job.objects.get(), Upload.objects.get()
    assert (job.kind, job.subject, job.started_by) == (kind, str(campaign.public_id), client.staff)
    assert (upload.job, upload.file_name) == (job, "加入者.csv")
    assert upload.path.read_bytes() == "保険者番号\n".encode()
    assert answer.redirect_chain[0][0].startswith(reverse("backoffice:job-detail", args=[job.public_id]))
    again = client.post(reverse(f"issuance:{name}"), {"file": csv_file()})
    assert "同じ処理がすでに実行中です。" in text_of(again)
    assert Upload.objects.count() == 1


def test_a_form_without_a_file_asks_for_it(client_as: ClientAs, campaign: Campaign) -> None:
    answer = client_as(Role.CLERK).post(reverse("issuance:roster-upload"), {})
    assert "このフィールドは必須です。" in text_of(answer)
    assert Job.objects.count() == 0


def test_a_file_shows_its_counts_and_why_rows_were_rejected(client_as: ClientAs, campaign: Campaign) -> None:
    record = roster(campaign, 3)
    page = client_as(Role.CLERK).get(of_roster(record))
    assert [(bar.label, bar.value) for bar in page.context["bars"]] == [("=1+1（name_character）", 3)]
    assert [row.line for row in rows_of(page)] == [2, 3, 4]
    [link] = page.context["links"]
    assert (str(link.label), link.url) == ("却下行をCSVで保存", of_roster(record, "rejects"))
    clean = client_as(Role.CLERK).get(of_roster(roster(campaign)))
    assert (clean.context["links"], rows_of(clean)) == ([], [])
    assert "却下された行はありません" in text_of(clean)


def test_rejected_rows_are_taken_away_as_text_and_the_export_is_logged(
    client_as: ClientAs, campaign: Campaign
) -> None:
    record = roster(campaign, 1)
    answer = client_as(Role.CLERK).get(of_roster(record, "rejects"))
    content = body_of(answer).decode()
    assert content == "\ufeffline,column,rule,message\r\n2,name,name_character,'=1+1\r\n"
    log = AccessLog.objects.values_list("action", "screen", "subject").get()
    assert log == ("export", "rejects", str(record.public_id))


def test_rejects_of_losses_have_their_own_page(client_as: ClientAs, campaign: Campaign) -> None:
    record = LossImportFactory.create(campaign=campaign, rows=1, rejected=1)
    LossReject.objects.create(source=record, line=2, column="number", rule="unknown_person", message="x")
    url = reverse("issuance:loss-import-detail", kwargs={"public_id": record.public_id})
    page = client_as(Role.CLERK).get(url)
    assert [row.rule for row in rows_of(page)] == ["unknown_person"]
    [link] = page.context["links"]
    answer = client_as(Role.CLERK).get(link.url)
    assert b"unknown_person" in body_of(answer)


def test_a_message_of_the_upload_is_read_on_the_jobs_page(client_as: ClientAs, campaign: Campaign) -> None:
    answer = client_as(Role.CLERK).post(reverse("issuance:roster-upload"), {"file": csv_file()}, follow=True)
    assert messages_of(answer) == ["ファイルを受け付けました。"]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("issuance:employers-upload", EMPLOYER_COLUMNS),
        ("issuance:roster-upload", COLUMNS),
        ("mailing:losses-upload", LOSS_COLUMNS),
        ("returns:returns-import", RETURN_COLUMNS),
    ],
)
def test_the_page_that_takes_a_file_names_its_columns(
    client_as: ClientAs, campaign: Campaign, name: str, columns: tuple[Column, ...]
) -> None:
    page = text_of(client_as(Role.CLERK, Role.RETURNS).get(reverse(name)))
    for column in columns:
        needed = "なくてもよい" if column.optional else "必要"
        assert f"{column.header} {column.name} {needed}" in page


def test_files_that_were_refused_are_told_of_for_a_month(client_as: ClientAs, campaign: Campaign) -> None:
    now = timezone.now()
    for days, name in ((29, "new.csv"), (31, "old.csv")):
        JobFactory.create(
            kind=f"{IMPORT_INSURED}{days}",
            subject=str(campaign.public_id),
            state=Job.State.FAILED,
            finished_at=now - timedelta(days=days),
            refused_file=name,
            message="見出しがありません。",
        )
    page = text_of(client_as(Role.AUDITOR).get(reverse(LIST)))
    assert "取り込めなかったファイル new.csv：見出しがありません。" in page
    assert "old.csv" not in page
