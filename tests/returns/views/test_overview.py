from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from backoffice.roles import Permission, Role
from backoffice.tones import Tone
from issuance.models import Campaign
from mailing.models import Envelope
from returns.models import ReturnEvent
from tests.factories.mailing import a_campaign, a_household, pack_and_plan, post, render
from tests.factories.returns import come_back, post_all
from tests.page_text import text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from pytest_django import DjangoAssertNumQueries, Settings

    from tests.conftest import ClientAs

HOME = reverse("returns:overview")
BATCHES, STOPPED = reverse("mailing:batch-list"), reverse("mailing:stopped-list")
RETURNS, EXCEPTIONS = reverse("returns:return-list"), reverse("returns:exception-list")


def tiles_of(page: Any) -> list[tuple[str, Any, str]]:
    return [(str(tile.label), tile.value, tile.url) for tile in page.context["tiles"]]


def test_everybody_may_see_the_home_page(client_as: ClientAs, campaign: Campaign) -> None:
    assert_only(client_as, HOME, Permission.VIEW_HOME)


def test_without_a_campaign_the_page_says_what_to_do(client_as: ClientAs) -> None:
    assert text_of(client_as(Role.CLERK).get(HOME)).count("一括発行が登録されていません") == 1


@pytest.mark.parametrize("branches", [["13"], ["01", "13", "27"]])
def test_the_page_needs_the_same_queries_for_one_and_three_branches(
    client_as: ClientAs,
    campaign: Campaign,
    django_assert_num_queries: DjangoAssertNumQueries,
    branches: list[str],
) -> None:
    for branch in branches:
        a_household(campaign, "00", branch=branch)
    for envelope in post_all(campaign):
        come_back(envelope)
    client = client_as(Role.SUPERVISOR)
    with django_assert_num_queries(10):
        # session, user, campaign, outcomes, envelopes, exceptions, returns, branches, weeks, waiting batches
        page = client.get(HOME)
    assert [(bar.value, bar.of) for bar in page.context["bars"]] == [(1, 1)] * len(branches)


def test_the_funnel_counts_envelopes_of_the_readers_branch(
    client_as: ClientAs, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    campaign = a_campaign()
    a_household(campaign, "00", branch="13")
    batch = post(pack_and_plan(campaign))
    a_household(campaign, "00", branch="27")
    render(pack_and_plan(campaign))
    come_back(batch.envelopes.get())
    for branch, funnel in (("", [2, 2, 1, 1, 1, 0]), ("27", [1, 1, 0, 0, 0, 0]), ("01", [0] * 6)):
        page = client_as(Role.CLERK, branch_code=branch).get(HOME)
        assert [stage.value for stage in page.context["stages"]] == funnel
    lines = client_as(Role.CLERK).get(HOME).context["lines"]
    assert [(line.name, line.envelopes, line.posted, line.returned) for line in lines] == [
        ("東京支部", 1, 1, 1),
        ("大阪支部", 1, 0, 0),
    ]


def test_the_tiles_are_what_the_reader_can_do_something_about(
    client_as: ClientAs, campaign: Campaign
) -> None:
    a_household(campaign, "00")
    a_household(campaign, "00")
    come_back(post_all(campaign)[0])
    Envelope.objects.filter(state="posted").update(stop_code="missing_glyph")
    approvals, stopped = ("承認待ちのバッチ", 0, BATCHES), ("印刷できない封筒", 1, STOPPED)
    returned, exceptions = ("再送付を待つ還付", 1, RETURNS), ("未対応の例外", 0, EXCEPTIONS)
    tiles = {role: tiles_of(client_as(role).get(HOME)) for role in Role}
    assert tiles == {
        Role.CLERK: [stopped, returned, exceptions],
        Role.SUPERVISOR: [approvals, stopped, returned, exceptions],
        Role.RETURNS: [stopped, returned, exceptions],
        Role.INQUIRY: [stopped, returned],
        Role.AUDITOR: [stopped, returned],
        Role.ADMIN: [],
    }
    tones = [tile.tone for tile in client_as(Role.CLERK).get(HOME).context["tiles"]]
    assert tones == [Tone.WAITING, Tone.WAITING, Tone.NEUTRAL]


def test_the_funnel_leads_where_the_reader_may_go(client_as: ClientAs, campaign: Campaign) -> None:
    urls = {
        role: [stage.url for stage in client_as(role).get(HOME).context["stages"]]
        for role in (Role.INQUIRY, Role.ADMIN)
    }
    assert urls == {Role.INQUIRY: [*[BATCHES] * 4, *[RETURNS] * 2], Role.ADMIN: [""] * 6}


def test_returns_are_counted_by_the_week_of_the_last_eight(client_as: ClientAs, campaign: Campaign) -> None:
    for _ in range(4):
        a_household(campaign, "00")
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    days = [monday, monday - timedelta(days=1), monday - timedelta(days=49), monday - timedelta(days=50)]
    for envelope, day in zip(post_all(campaign), days, strict=True):
        ReturnEvent.objects.filter(pk=come_back(envelope).pk).update(returned_on=day)
    weeks = client_as(Role.CLERK).get(HOME).context["weeks"]
    assert [week.value for week in weeks] == [1, 0, 0, 0, 0, 0, 1, 1]
    assert weeks[-1].label == f"{monday.month}/{monday.day}"


@pytest.mark.parametrize(
    ("days", "told"), [(0, "まで あと 0 日"), (12, "まで あと 12 日"), (-1, "から 1 日が過ぎています")]
)
def test_days_to_the_deadline_are_counted_both_ways(
    client_as: ClientAs, campaign: Campaign, days: int, told: str
) -> None:
    deadline: date = timezone.localdate() + timedelta(days=days)
    Campaign.objects.update(deadline=deadline)
    assert text_of(client_as(Role.CLERK).get(HOME)).count(told) == 1
