from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from backoffice.roles import Permission, Role
from issuance.models import Campaign
from tests.factories.mailing import a_campaign, a_household, clerk, pack_and_plan, post, render
from tests.factories.returns import come_back
from tests.page_text import text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from tests.conftest import ClientAs

HOME = reverse("returns:overview")


def test_everybody_may_see_the_home_page(client_as: ClientAs, db: None) -> None:
    assert_only(client_as, HOME, Permission.VIEW_HOME)


def test_without_a_campaign_the_page_says_what_to_do(client_as: ClientAs, db: None) -> None:
    assert "一括発行が登録されていません" in text_of(client_as(Role.CLERK).get(HOME))


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
    for branch, funnel in (("", [2, 2, 1, 1, 1, 0]), ("27", [1, 1, 0, 0, 0, 0])):
        page = client_as(Role.CLERK, branch_code=branch).get(HOME)
        assert [stage.value for stage in page.context["stages"]] == funnel
    assert [str(tile.label) for tile in client_as(Role.SUPERVISOR).get(HOME).context["tiles"]] == [
        "承認待ちのバッチ",
        "印刷できない封筒",
        "再送付を待つ還付",
        "未対応の例外",
    ]
    assert client_as(Role.ADMIN).get(HOME).context["tiles"] == []
    assert clerk().may(Permission.VIEW_HOME)


def test_days_to_the_deadline_are_counted_both_ways(client_as: ClientAs, db: None) -> None:
    a_campaign()
    client = client_as(Role.CLERK)
    assert "日が過ぎています" in text_of(client.get(HOME))
    Campaign.objects.update(deadline="2999-12-01")
    assert "まで あと" in text_of(client.get(HOME))
