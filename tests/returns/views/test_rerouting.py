from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from backoffice.roles import Permission, Role
from mailing.models import Envelope
from returns.models import RerouteCycle, ReturnEvent
from returns.views.rerouting import last_month_end
from tests.factories.mailing import a_household, an_employer
from tests.factories.returns import come_back, post_all
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from tests.conftest import ClientAs

PREVIEW, RUN = reverse("returns:reroute-preview"), reverse("returns:reroute-run")


@pytest.mark.parametrize(
    ("today", "end"),
    [
        (date(2025, 9, 1), date(2025, 8, 31)),
        (date(2026, 1, 15), date(2025, 12, 31)),
        (date(2028, 3, 31), date(2028, 2, 29)),
    ],
)
def test_the_usual_cut_off_is_the_end_of_last_month(today: date, end: date) -> None:
    assert last_month_end(today) == end


def test_who_may_run_a_cycle(client_as: ClientAs, campaign: Campaign) -> None:
    assert_only(client_as, PREVIEW, Permission.REROUTE)
    assert_only(client_as, RUN, Permission.REROUTE, "post")


def test_a_cycle_is_previewed_and_run_once(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    a_household(campaign, "00", employer=an_employer(), branch="27")
    going, refused = post_all(campaign)
    come_back(going)
    come_back(refused, "refused")
    client = client_as(Role.SUPERVISOR)
    page = client.get(PREVIEW, {"cutoff": "2025-09-30"})
    assert [tile.value for tile in page.context["tiles"]] == [1, 1, 1]
    assert [(line["branch"], str(line["what"])) for line in page.context["lines"]] == [
        ("東京支部", "事業所へ再作成"),
        ("大阪支部", "受取拒絶"),
    ]
    answer = client.post(RUN, {"cutoff": "2025-09-30"}, follow=True)
    assert messages_of(answer) == ["再作成 1通、個別対応 1通、事業所 1件です。"]
    assert text_of(answer).count("これまでの再送付") == 1
    again = client.post(RUN, {"cutoff": "2025-09-30"}, follow=True)
    assert messages_of(again) == ["再作成 0通、個別対応 0通、事業所 0件です。"]
    [cycle] = RerouteCycle.objects.all()
    assert (cycle.rerouted, cycle.exceptions, cycle.employers, cycle.run_by) == (1, 1, 1, client.staff)
    ends = set(ReturnEvent.objects.values_list("envelope", "state", "envelope__state"))
    assert ends == {(going.pk, "rerouted", "rerouted"), (refused.pk, "exception", "exception")}
    assert Envelope.objects.get(kind="employer").parent == going


@pytest.mark.parametrize("returned", [1, 3])
def test_the_preview_needs_the_same_queries_for_one_and_three_returns(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, returned: int
) -> None:
    for branch in ("13", "27", "01")[:returned]:
        a_household(campaign, "00", branch=branch)
    for envelope in post_all(campaign):
        come_back(envelope)
    client = client_as(Role.SUPERVISOR)
    with django_assert_num_queries(6):  # session, user, campaign, preview, branch names, cycles
        page = client.get(PREVIEW, {"cutoff": "2025-09-30"})
    assert len(page.context["lines"]) == returned


def test_a_look_changes_nothing(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    event = come_back(post_all(campaign)[0])
    client = client_as(Role.SUPERVISOR)
    client.get(PREVIEW, {"cutoff": "2025-09-30"})
    assert client.get(RUN, {"cutoff": "2025-09-30"}).status_code == 405
    event.refresh_from_db()
    assert (event.state, RerouteCycle.objects.count()) == ("waiting", 0)


def test_the_preview_begins_with_the_end_of_last_month(client_as: ClientAs, campaign: Campaign) -> None:
    page = client_as(Role.SUPERVISOR).get(PREVIEW)
    assert page.context["cutoff"] == last_month_end(timezone.localdate())
    assert text_of(page).count("これまでの再送付") == 0


def test_without_a_campaign_there_is_no_cycle(client_as: ClientAs) -> None:
    client = client_as(Role.SUPERVISOR)
    answers = [client.get(PREVIEW), client.post(RUN, {"cutoff": "2025-09-30"})]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_before_the_cut_off_nothing_waits(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    come_back(post_all(campaign)[0])
    client = client_as(Role.SUPERVISOR)
    text = text_of(client.get(PREVIEW, {"cutoff": "2025-09-02"}))
    assert (text.count("再送付を待つ還付はありません"), text.count("再送付を実行する")) == (1, 0)


def test_a_day_that_is_none_is_refused(client_as: ClientAs, campaign: Campaign) -> None:
    client = client_as(Role.SUPERVISOR)
    page = client.get(PREVIEW, {"cutoff": "x"})
    assert page.context["cutoff"] == last_month_end(timezone.localdate())
    assert text_of(page).count("日付を正しく入力してください。") == 1
    told = messages_of(client.post(RUN, {"cutoff": "x"}, follow=True))
    assert told == ["日付を正しく入力してください。"]
    assert RerouteCycle.objects.count() == 0
