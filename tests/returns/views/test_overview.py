from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from backoffice.models import KeptNumbers
from backoffice.roles import Permission, Role
from backoffice.services import kept_numbers
from backoffice.states import move
from employers.models import Branch
from issuance.models import Campaign
from mailing.models import Envelope, PrintBatch
from returns.models import ReturnEvent
from returns.tasks import refresh_overview
from returns.views.sums import Part, Sum
from tests.factories.mailing import a_campaign, a_household, of_a_file_not_judged, pack_and_plan, post, render
from tests.factories.returns import come_back, post_all
from tests.page_text import rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries, Settings

    from tests.conftest import ClientAs

HOME = reverse("returns:overview")
ENVELOPES, JUDGED = reverse("mailing:envelope-list"), reverse("issuance:judged-list")


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
    with django_assert_num_queries(22):
        # session, user, campaign, kept numbers; counted within savepoints: people, envelopes, stopped, returns, exceptions,
        # weeks, outliers; what waits: batches by state, and all else at once; names of branches, rendered and posted per day
        # (posted for the weeks, too)
        page = client.get(HOME)
    drawn = [[bar.source.value for bar, _url in line["bars"]] for line in page.context["branches"]]
    assert drawn == [[1, 1]] * len(branches)


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
    for branch, funnel in (("", [2, 2, 2, 1, 1, 1, 0]), ("27", [1, 1, 1, 0, 0, 0, 0]), ("01", [0] * 7)):
        page = client_as(Role.CLERK, branch_code=branch).get(HOME)
        assert [stage.value for stage in page.context["stages"]] == funnel
    lines = client_as(Role.CLERK).get(HOME).context["branches"]
    names = ("enveloped", "posted", "returned")
    assert [(line["name"], *(line["numbers"][name] for name in names)) for line in lines] == [
        ("東京支部", 1, 1, 1),
        ("大阪支部", 1, 0, 0),
    ]
    reader = client_as(Role.CLERK)
    for line in lines:
        numbers = line["numbers"]
        linked = [
            (line["targets_url"], numbers["targets"]),
            (line["envelopes_url"], numbers["enveloped"]),
            *((url, bar.source.value) for bar, url in line["bars"]),
        ]
        assert [len(rows_of(reader.get(url))) for url, _number in linked] == [
            number for _url, number in linked
        ]
    [tokyo] = client_as(Role.CLERK, branch_code="13").get(HOME).context["branches"]
    assert "branch" not in tokyo["targets_url"]


def test_the_funnel_leads_where_the_reader_may_go(client_as: ClientAs, campaign: Campaign) -> None:
    urls = {
        role: [stage.url for stage in client_as(role).get(HOME).context["stages"]]
        for role in (Role.INQUIRY, Role.RETURNS, Role.ADMIN)
    }
    steps = [f"step={step}" for step in ("made", "rendered", "approved", "posted", "returned")]
    envelopes = [f"{ENVELOPES}?kind=personal&{part}" for part in (*steps, "state=rerouted")]
    assert urls == {
        Role.INQUIRY: [f"{JUDGED}?outcome=target", *envelopes],
        Role.RETURNS: ["", *envelopes],
        Role.ADMIN: [""] * 7,
    }


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


def test_returns_that_wait_for_the_cycle_are_left_to_do(
    client_as: ClientAs, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    campaign = a_campaign()
    for _ in range(2):
        a_household(campaign, "00")
    for envelope in post(pack_and_plan(campaign)).envelopes.all():
        come_back(envelope)
    forecast = client_as(Role.CLERK).get(HOME).context["forecast"]
    assert (forecast["seen"].returns.to_come, forecast["returns_left"]) == (0, 2)


def test_the_numbers_add_up_and_each_part_leads_to_its_list(
    client_as: ClientAs, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    campaign = a_campaign()
    for _ in range(3):
        a_household(campaign, "00")
    a_household(campaign, held=True)
    of_a_file_not_judged(a_household(campaign, targets=False))
    envelopes = post_all(campaign)
    come_back(envelopes[0])
    a_household(campaign, "00")
    pack_and_plan(campaign)
    page = client_as(Role.SUPERVISOR).get(HOME)
    people, mailed, returned = page.context["sums"]
    assert [[part.value for part in whole.parts] for whole in (people, mailed, returned)] == [
        [4, 1, 0, 1],
        [1, 2, 1],
        [1, 0, 0, 0],
    ]
    assert all(whole.adds_up for whole in (people, mailed, returned))
    assert "合計が合いません" not in text_of(page)
    reader = client_as(Role.SUPERVISOR)
    linked = [*page.context["stages"], *people.parts, *mailed.parts, *returned.parts]
    for number in linked:
        assert (number.url == "") == (number.label == "判定待ち" and number.value == 0)
        if number.url:
            assert len(rows_of(reader.get(number.url))) == number.value, number.label
    assert [part.url for part in client_as(Role.ADMIN).get(HOME).context["sums"][2].parts] == [""] * 4


def test_who_may_not_see_them_is_not_led_to_the_people_held(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, held=True)
    urls = {
        role: client_as(role).get(HOME).context["sums"][0].parts[1].url
        for role in (Role.CLERK, Role.SUPERVISOR)
    }
    assert urls == {Role.CLERK: "", Role.SUPERVISOR: f"{JUDGED}?outcome=held"}


def test_numbers_that_do_not_add_up_are_told() -> None:
    wrong = Sum("還付", "通", 3, (Part("a", 1), Part("b", 1)))
    assert not wrong.adds_up
    assert "合計が合いません" in render_to_string("returns/_sums.html", {"sums": [wrong]})


def test_slow_numbers_are_kept_and_taken_anew_by_a_worker(
    client_as: ClientAs, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_as(Role.CLERK)
    refresh_overview.run()
    assert not KeptNumbers.objects.exists()
    monkeypatch.setattr(kept_numbers, "QUICK_SECONDS", -1.0)
    assert client.get(HOME).context["numbers"]["people"] == 0
    a_household(campaign, "00")
    old = client.get(HOME).context
    assert (old["numbers"]["people"], old["taken_at"]) == (
        0,
        KeptNumbers.objects.get(key__startswith="overview").taken_at,
    )
    kept_numbers.put_out_of_date()
    refresh_overview.run()
    assert client.get(HOME).context["numbers"]["people"] == 1
    KeptNumbers.objects.update(took_seconds=3600.0)
    a_household(campaign, "00")
    refresh_overview.run()  # nobody counts for an hour every minute
    assert client.get(HOME).context["numbers"]["people"] == 1
    kept_numbers.put_out_of_date()
    monkeypatch.setattr(kept_numbers, "QUICK_SECONDS", 60.0)
    refresh_overview.run()
    assert not KeptNumbers.objects.exists()
    a_household(campaign, "00")
    assert client.get(HOME).context["numbers"]["people"] == 3


def test_no_page_waits_for_a_long_count(
    client_as: ClientAs, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_household(campaign, "00")
    monkeypatch.setattr(kept_numbers, "PATIENCE_SECONDS", 0.0)
    client = client_as(Role.CLERK)
    page = client.get(HOME)
    assert "進み具合を数えています。1分ほどで表示されます。" in text_of(page)
    assert "進み具合（個人宛の封筒）" not in text_of(page)
    assert set(KeptNumbers.objects.values_list("values", flat=True)) == {None}
    monkeypatch.setattr(kept_numbers, "QUICK_SECONDS", -1.0)
    refresh_overview.run()
    assert client.get(HOME).context["numbers"]["people"] == 1


def test_people_of_no_branch_are_counted_for_everybody_only(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, "00", branch="13")
    type(household).objects.filter(pk=household.pk).update(branch=None, insurer_no="03130011")
    assert client_as(Role.CLERK).get(HOME).context["numbers"]["people"] == 1
    tokyo = client_as(Role.CLERK, branch_code="13").get(HOME)
    assert (tokyo.context["numbers"]["people"], tokyo.context["branches"]) == (0, [])


@pytest.mark.parametrize(
    ("days", "told"), [(200, "交付期限に間に合う見込み"), (10, "交付期限を過ぎる見込み")]
)
def test_the_end_is_foreseen_from_the_pace(
    client_as: ClientAs, settings: Settings, tmp_path: Path, days: int, told: str
) -> None:
    settings.DATA_DIR = tmp_path
    today = timezone.localdate()
    campaign = a_campaign(deadline=today + timedelta(days=days), reference_date=date(2025, 4, 30))
    a_household(campaign, "00")
    batch = post(pack_and_plan(campaign))
    a_household(campaign, "00")
    pack_and_plan(campaign)
    page = client_as(Role.CLERK).get(HOME)
    told_nothing = "直近4週間の組版または差出がないか、ごくわずかなため、終わりの見込みはまだ出せません。"
    assert told_nothing in text_of(page)
    PrintBatch.objects.filter(pk=batch.pk).update(
        posted_on=today - timedelta(days=1), rendered_at=timezone.now() - timedelta(days=1)
    )
    page = client_as(Role.CLERK).get(HOME)
    assert page.context["forecast"]["seen"].posted_by == today + timedelta(days=2)
    assert told in text_of(page)
    assert "計画の 12,000,000 人なら、いまのペースでは差出に10年以上かかります。" in text_of(page)
    Campaign.objects.update(expected_people=300)
    planned = "計画の 300 人なら封筒は約 300 通で、いまのペースでは差出に約 600 日かかります。"
    assert planned in text_of(client_as(Role.CLERK).get(HOME))
    move(Envelope.objects.filter(state="planned"), to="pulled", at=timezone.now(), by=None)
    assert "個人宛の差出は" in text_of(client_as(Role.CLERK).get(HOME))


def test_the_table_of_branches_is_drawn_once_for_readers_alike_and_anew_when_it_is_counted(
    client_as: ClientAs, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_numbers, "QUICK_SECONDS", -1.0)
    for branch in ("13", "27"):
        a_household(campaign, "00", branch=branch)
    clerk = client_as(Role.CLERK)
    readers = [
        clerk,
        client_as(Role.CLERK, branch_code="13"),
        client_as(Role.ADMIN),
        client_as(Role.CLERK, language="en"),
    ]
    tables = [_branch_table(reader) for reader in readers]
    assert ["大阪支部" in table for table in tables] == [True, False, True, True]
    assert [JUDGED in table for table in tables] == [True, True, False, True]
    assert ["差出済み" in table for table in tables] == [True, True, True, False]
    Branch.objects.filter(code="27").update(name="なにわ支部")
    assert [_branch_table(reader) for reader in readers] == tables  # nothing was counted since
    kept_numbers.put_out_of_date()
    refresh_overview.run()
    assert "なにわ支部" in _branch_table(clerk)


def _branch_table(reader: Client) -> str:
    page = reader.get(HOME).content.decode()
    return page[page.index('id="branch-heading"') : page.index('id="weeks-heading"')]
