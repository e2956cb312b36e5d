from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.models import AccessLog, ListExport
from backoffice.roles import Role
from backoffice.tasks import sweep_exports, write_export
from tests.factories.backoffice import UserFactory
from tests.page_text import body_of, messages_of, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

    from tests.conftest import ClientAs, StaffClient

USERS = "/users/"
LIST = "/exports/"


@pytest.fixture(autouse=True)
def data_dir(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def ask(client: StaffClient, **entered: str) -> list[str]:
    form = {"address": USERS, "query": "", "encoding": "utf-8"} | entered
    return messages_of(client.post(reverse("backoffice:export-request"), form, follow=True))


def page_of(export: ListExport, name: str = "detail") -> str:
    return reverse(f"backoffice:export-{name}", args=[export.public_id])


@pytest.mark.django_db(transaction=True)
def test_a_list_is_asked_for_made_and_taken_away(client_as: ClientAs, settings: Settings) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = False
    client = client_as(Role.ADMIN, username="root")
    UserFactory.create(username="kim", roles=[Role.CLERK.value])
    assert ask(client, query="role=clerk") == ["書き出しを始めました。終わると、この画面から保存できます。"]
    export = ListExport.objects.get()
    assert "待機中" in text_of(client.get(page_of(export)))
    assert client.get(page_of(export, "file")).status_code == 404
    assert export.job is not None
    write_export(job_id=export.job.pk)
    page = text_of(client.get(page_of(export)))
    assert "1行を書き出しました。" in page
    assert "CSVを保存" in page
    answer = client.get(page_of(export, "file"))
    lines = body_of(answer).decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["ログイン名", "kim"]
    assert "root" not in answer.headers["Content-Disposition"]
    screens = AccessLog.objects.order_by("pk").values_list("action", "screen")
    assert list(screens) == [("export", "export"), ("export", "export-download")]


def test_the_list_page_offers_it_with_what_was_entered(client_as: ClientAs) -> None:
    client = client_as(Role.ADMIN)
    content = client.get(USERS, {"role": "admin", "page": "1"}).content.decode()
    assert 'name="query" value="role=admin"' in content
    assert "この一覧をCSVに書き出す" in content


def test_what_cannot_be_exported_is_said(client_as: ClientAs) -> None:
    assert ask(client_as(Role.CLERK)) == ["この一覧は書き出せません。"]
    assert ask(client_as(Role.ADMIN), query="role=emperor") == ["一覧の条件を読み取れません。"]
    assert not ListExport.objects.exists()


def test_nobody_elses_export_is_found(
    client_as: ClientAs, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks():
        ask(client_as(Role.ADMIN))
    export, other = ListExport.objects.get(), client_as(Role.ADMIN)
    assert other.get(page_of(export)).status_code == 404
    assert other.get(page_of(export, "file")).status_code == 404
    assert "書き出しはまだありません" in text_of(other.get(LIST))


def made(client: StaffClient, **columns: object) -> ListExport:
    ask(client)
    export = ListExport.objects.get()
    export.path.parent.mkdir(parents=True, exist_ok=True)
    export.path.write_text("x")
    values = {"made_at": export.asked_at, "rows": 1, "misfit_count": 0, "query": ""} | columns
    ListExport.objects.filter(pk=export.pk).update(**values)
    export.refresh_from_db()
    return export


def test_somebody_who_may_no_longer_open_the_list_gets_no_file(client_as: ClientAs) -> None:
    client = client_as(Role.ADMIN)
    export = made(client)
    assert body_of(client.get(page_of(export, "file"))) == b"x"
    client.staff.roles = [Role.CLERK.value]
    client.staff.save()
    assert client.get(page_of(export, "file")).status_code == 404


def test_what_does_not_fit_is_listed(client_as: ClientAs) -> None:
    client = client_as(Role.ADMIN)
    export = made(client, misfit_count=1, misfits=[[3, "氏名", "U+20BB7"]])
    page = text_of(client.get(page_of(export)))
    assert "1字を「〓」に置き換えました。" in page
    assert "U+20BB7" in page


def test_a_removed_file_says_so(client_as: ClientAs) -> None:
    client = client_as(Role.ADMIN)
    export = made(client, keep_until="2025-01-01T00:00:00Z")
    sweep_exports()
    assert client.get(page_of(export, "file")).status_code == 404
    assert "保存期限を過ぎたため" in text_of(client.get(page_of(export)))
    assert "削除済み" in text_of(client.get(LIST))


def test_the_page_of_exports_needs_the_same_queries_for_any_number(
    client_as: ClientAs, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_as(Role.ADMIN)
    ask(client)
    ask(client)
    with django_assert_num_queries(4):  # session, user, rows with their jobs, campaign
        client.get(LIST)
