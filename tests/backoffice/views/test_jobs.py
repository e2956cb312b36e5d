from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from backoffice.models import Job
from backoffice.roles import Permission, Role
from tests.factories.backoffice import MORNING, JobFactory
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from tests.conftest import ClientAs


def url(job: Job, name: str = "job-detail") -> str:
    return reverse(f"backoffice:{name}", args=[job.public_id])


def test_everybody_may_have_jobs(client_as: ClientAs) -> None:
    job = JobFactory.create()
    assert_only(client_as, url(job), Permission.USE_OWN_ACCOUNT)
    assert_only(client_as, url(job, "job-progress"), Permission.USE_OWN_ACCOUNT)
    assert_only(client_as, url(job, "job-cancel"), Permission.USE_OWN_ACCOUNT, "post")


def test_job_of_somebody_else_is_not_found(client_as: ClientAs) -> None:
    job, client = JobFactory.create(), client_as(Role.CLERK)
    answers = [
        client.get(url(job)),
        client.get(url(job, "job-progress")),
        client.post(url(job, "job-cancel")),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_running_job_shows_how_far_it_is_and_asks_again(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    job = JobFactory.create(running=True, done=36, started_by=client.staff)
    page = client.get(url(job))
    assert "実行中 36% 36% 36 / 100" in text_of(page)
    assert f'hx-get="{url(job, "job-progress")}"' in page.content.decode()
    assert [str(action.label) for action in page.context["actions"]] == ["中止する"]


def test_progress_is_answered_as_a_part_while_it_runs(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    job = JobFactory.create(running=True, done=7, started_by=client.staff)
    assert text_of(client.get(url(job, "job-progress"))) == "実行中 7% 7% 7 / 100"


def test_progress_of_a_file_tells_its_rows(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    job = JobFactory.create(running=True, done=7, rows=1234, started_by=client.staff)
    assert text_of(client.get(url(job, "job-progress"))) == "実行中 7% 7% 7 / 100 1,234行を読みました。"


def test_work_that_is_done_fills_the_bar_however_much_was_told_before(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    ended = {"state": Job.State.DONE, "finished_at": MORNING, "started_by": client.staff}
    for total, shown in ((0, "完了 100%"), (100, "完了 100% 100% 100 / 100")):
        page = client.get(url(JobFactory.create(done=total // 3, total=total, kind=f"of {total}", **ended)))
        assert f"{shown} 開始" in text_of(page)
        assert 'value="100"' in page.content.decode()


def test_progress_reloads_the_page_once_the_work_has_ended(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    job = JobFactory.create(finished=True, started_by=client.staff)
    assert client.get(url(job, "job-progress")).headers["HX-Refresh"] == "true"


def test_ended_job_shows_its_message_and_the_way_back(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    job = JobFactory.create(finished=True, message="48,000行を取り込みました。", started_by=client.staff)
    page = client.get(url(job), {"next": "/account/"})
    assert "開始 2025-07-21 09:00 終了 2025-07-21 09:00 結果 48,000行を取り込みました。" in text_of(page)
    assert (page.context["actions"], page.context["back_url"]) == ([], "/account/")


def test_way_back_leads_nowhere_outside(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    job = JobFactory.create(finished=True, started_by=client.staff)
    assert client.get(url(job), {"next": "https://example.com/"}).context["back_url"] == ""


def test_cancel_asks_a_running_job_to_stop(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    job = JobFactory.create(running=True, started_by=client.staff)
    page = client.post(url(job, "job-cancel"), follow=True)
    assert messages_of(page) == ["中止を依頼しました。"]
    assert "中止の依頼を受け付けました。" in text_of(page)
    assert page.context["actions"] == []


def test_cancel_of_an_ended_job_is_refused(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK)
    job = JobFactory.create(finished=True, started_by=client.staff)
    assert messages_of(client.post(url(job, "job-cancel"), follow=True)) == [
        "この処理はすでに終わっています。"
    ]
    assert Job.objects.get(pk=job.pk).finished_at == MORNING
