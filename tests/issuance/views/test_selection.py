from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from backoffice.models import AccessLog, Job
from backoffice.roles import Permission, Role
from issuance.tasks import SELECT_TARGETS
from tests.factories.mailing import a_campaign, a_household
from tests.page_text import body_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from tests.conftest import ClientAs

PAGE, RUN, EXPORT = "issuance:selection-summary", "issuance:selection-run", "issuance:selection-export"


def test_who_may_see_run_and_export_the_selection(client_as: ClientAs) -> None:
    a_campaign()
    assert_only(client_as, reverse(PAGE), Permission.VIEW_SELECTION)
    assert_only(client_as, reverse(EXPORT), Permission.VIEW_SELECTION)
    assert_only(client_as, reverse(RUN), Permission.SELECT_TARGETS, "post")


def test_without_a_campaign_the_page_says_what_to_do(client_as: ClientAs, db: None) -> None:
    assert "一括発行が登録されていません" in text_of(client_as(Role.CLERK).get(reverse(PAGE)))
    assert client_as(Role.CLERK).post(reverse(RUN)).status_code == 404


def test_the_page_counts_outcomes_and_reasons_of_the_readers_branch(client_as: ClientAs) -> None:
    campaign = a_campaign()
    a_household(campaign, "01", branch="13")  # the 本人 is excluded, the dependant a target
    a_household(campaign, "00", branch="27", held=True)
    for branch, tiles, bars in (
        ("", [1, 1, 1], {"no_old_card": 1, "nondisclosure": 1}),
        ("13", [1, 0, 1], {"no_old_card": 1, "nondisclosure": 0}),
    ):
        page = client_as(Role.CLERK, branch_code=branch).get(reverse(PAGE))
        assert [tile.value for tile in page.context["tiles"]] == tiles
        shown = [bar.value for bar in page.context["bars"]]
        assert (shown[1], shown[-1], sum(shown)) == (
            bars["no_old_card"],
            bars["nondisclosure"],
            sum(bars.values()),
        )


def test_judging_is_offered_where_somebody_waits(client_as: ClientAs) -> None:
    campaign = a_campaign()
    client = client_as(Role.CLERK)
    idle, _look = client.get(reverse(PAGE)).context["actions"]
    assert idle.disabled_because == "判定を待っている方はいません。"
    a_household(campaign, "00", targets=False)
    page = client.get(reverse(PAGE))
    assert page.context["actions"][0].disabled_because == ""
    assert "まだ判定していない方がいます。" in text_of(page)
    assert "判定結果はまだありません" in text_of(page)
    assert client_as(Role.INQUIRY).get(reverse(PAGE)).context["actions"] == []


def test_judging_starts_a_job(client_as: ClientAs) -> None:
    campaign = a_campaign()
    client = client_as(Role.CLERK)
    answer = client.post(reverse(RUN))
    job = Job.objects.get()
    assert (job.kind, job.subject) == (SELECT_TARGETS, str(campaign.public_id))
    assert answer.headers["Location"].startswith(reverse("backoffice:job-detail", args=[job.public_id]))


def test_the_export_holds_everybody_of_the_branch_and_is_logged(client_as: ClientAs) -> None:
    campaign = a_campaign()
    home = a_household(campaign, "00", branch="13")
    a_household(campaign, "00", branch="27")
    answer = client_as(Role.CLERK, branch_code="13").get(reverse(EXPORT))
    lines = body_of(answer).decode().splitlines()
    assert lines == [
        "\ufeffinsurer_no,symbol,number,edaban,outcome,reasons",
        f"{home.insurer_no},{home.symbol},{home.number},00,target,",
    ]
    log = AccessLog.objects.values_list("action", "screen", "subject").get()
    assert log == ("export", "selection-export", "R7")
