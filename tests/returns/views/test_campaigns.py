from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.models import Job
from backoffice.roles import Permission, Role
from issuance.models import Campaign
from returns.models import Erasure, ReturnEvent
from returns.services import close_campaign, confirm_erasure, propose_erasure, reroute
from tests.factories.endings import an_ended_campaign
from tests.factories.mailing import MORNING, a_household, supervisor
from tests.factories.returns import CUTOFF, come_back, post_all
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries, Settings

    from tests.conftest import ClientAs

LIST = reverse("returns:campaign-list")
BUTTONS = (
    "campaign-close",
    "campaign-reopen",
    "erasure-prepare",
    "erasure-withdraw",
    "erasure-confirm",
    "erasure-continue",
)


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"


def of(name: str = "campaign-closing", code: str = "R7") -> str:
    return reverse(f"returns:{name}", kwargs={"code": code})


def labels_on(client: Client) -> list[tuple[str, bool]]:
    """The buttons of the page, and whether they may be pressed."""
    actions = client.get(of()).context["actions"]
    return [(str(action.label), not action.disabled_because) for action in actions]


def test_who_may_see_and_end_campaigns(client_as: ClientAs, campaign: Campaign) -> None:
    for url in (LIST, of()):
        assert_only(client_as, url, Permission.VIEW_CAMPAIGNS)
    for name in BUTTONS:
        assert_only(client_as, of(name), Permission.MANAGE_CAMPAIGNS, "post")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_three_campaigns(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(2, count + 1):
        Campaign.objects.create(code=f"R{number}", name="x", ordinal=number, created_at=MORNING)
    client = client_as(Role.AUDITOR)
    with django_assert_num_queries(4):  # session, user, campaign of the header, rows
        answer = client.get(LIST)
    assert len(rows_of(answer)) == count


def test_an_open_campaign_says_what_is_left_and_is_not_closed(
    client_as: ClientAs, campaign: Campaign
) -> None:
    a_household(campaign, "00")
    come_back(post_all(campaign)[0])
    client = client_as(Role.SUPERVISOR)
    assert "再送付を待つ還付 1" in text_of(client.get(of()))
    answer = client.post(of("campaign-close"), follow=True)
    assert "まだ終わっていない作業" in messages_of(answer)[0]
    assert labels_on(client) == [("一括発行を終了する", False)]
    assert labels_on(client_as(Role.AUDITOR)) == []


def test_work_that_is_left_leads_to_its_page_for_those_who_may_open_it(
    client_as: ClientAs, campaign: Campaign
) -> None:
    a_household(campaign, "00")
    come_back(post_all(campaign)[0])
    ReturnEvent.objects.update(reason="refused")
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    for role, leads in ((Role.SUPERVISOR, True), (Role.AUDITOR, False)):
        left = {one.label: one.url for one in client_as(role).get(of()).context["left"]}
        assert bool(left["未対応の例外"]) is leads


def test_a_campaign_is_closed_and_reopened_on_its_page(client_as: ClientAs, campaign: Campaign) -> None:
    client = client_as(Role.SUPERVISOR)
    assert messages_of(client.post(of("campaign-close"), follow=True)) == ["一括発行を終了しました。"]
    assert labels_on(client) == [("消去の準備をする", False), ("終了を取り消す", True)]
    assert "保存期間中です。" in text_of(client.get(of()))
    for name in ("erasure-withdraw", "erasure-confirm"):
        assert messages_of(client.post(of(name), follow=True)) == ["消去は準備されていません。"]
    assert messages_of(client.post(of("campaign-reopen"), follow=True)) == ["終了を取り消しました。"]
    assert labels_on(client) == [("一括発行を終了する", True)]


def test_the_second_person_sees_the_numbers_and_the_first_ones_button_is_shut(client_as: ClientAs) -> None:
    campaign = an_ended_campaign(keep_months=0)
    first, second = client_as(Role.SUPERVISOR), client_as(Role.SUPERVISOR)
    close_campaign(campaign=campaign, at=MORNING, by=first.staff)
    assert labels_on(first)[0] == ("消去の準備をする", True)
    answer = first.post(of("erasure-prepare"))
    job = Job.objects.get()
    assert (answer.headers["Location"].split("?")[0], job.kind, job.subject) == (
        reverse("backoffice:job-detail", kwargs={"public_id": job.public_id}),
        "returns.prepare_erasure",
        str(campaign.public_id),
    )
    propose_erasure(campaign=campaign, at=MORNING, by=first.staff)
    assert labels_on(first)[0] == ("確認して消去する", False)
    assert labels_on(second)[0] == ("確認して消去する", True)
    page = text_of(second.get(of()))
    assert "加入者 5 0" in page
    assert "東京支部 5 5 3 3 2" in page
    messages = messages_of(second.post(of("erasure-withdraw"), follow=True))
    assert messages == ["消去の準備を取り下げました。"]


def test_confirming_starts_the_work_and_a_stopped_one_is_continued(client_as: ClientAs) -> None:
    campaign = an_ended_campaign(keep_months=0)
    close_campaign(campaign=campaign, at=MORNING, by=supervisor())
    erasure = propose_erasure(campaign=campaign, at=MORNING, by=supervisor())
    client = client_as(Role.SUPERVISOR)
    client.post(of("erasure-confirm"))
    erasure.refresh_from_db()
    assert (erasure.confirmed_by, Job.objects.get().kind) == (client.staff, "returns.erase_campaign")
    assert labels_on(client) == [("消去を続ける", True)]
    Job.objects.all().delete()
    client.post(of("erasure-continue"))
    assert Job.objects.get().started_by == client.staff
    Erasure.objects.update(erased_at=MORNING)
    assert labels_on(client) == []
    assert "消去済み" in text_of(client.get(of()))


def test_what_is_not_confirmed_because_its_work_already_runs_stays_unconfirmed(client_as: ClientAs) -> None:
    campaign = an_ended_campaign(keep_months=0)
    close_campaign(campaign=campaign, at=MORNING, by=supervisor())
    erasure = propose_erasure(campaign=campaign, at=MORNING, by=supervisor())
    Job.objects.create(kind="returns.erase_campaign", subject=str(campaign.public_id), created_at=MORNING)
    answer = client_as(Role.SUPERVISOR).post(of("erasure-confirm"), follow=True)
    assert "すでに実行中" in messages_of(answer)[0]
    erasure.refresh_from_db()
    assert erasure.confirmed_at is None
    confirm_erasure(erasure=erasure, at=MORNING, by=supervisor())
