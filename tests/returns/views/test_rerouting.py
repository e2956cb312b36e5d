from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.roles import Permission, Role
from returns.models import RerouteCycle
from returns.views.rerouting import last_month_end
from tests.factories.mailing import a_campaign, a_household, an_employer
from tests.factories.returns import come_back, post_all
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from issuance.models import Campaign
    from tests.conftest import ClientAs

PREVIEW, RUN = reverse("returns:reroute-preview"), reverse("returns:reroute-run")


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


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
    assert "これまでの再送付" in text_of(answer)
    client.post(RUN, {"cutoff": "2025-09-30"})
    assert list(RerouteCycle.objects.values_list("rerouted", flat=True)) == [1]


def test_before_the_cut_off_nothing_waits(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    come_back(post_all(campaign)[0])
    client = client_as(Role.SUPERVISOR)
    assert "再送付を待つ還付はありません" in text_of(client.get(PREVIEW, {"cutoff": "2025-09-02"}))
    assert client.get(PREVIEW, {"cutoff": "x"}).status_code == 200
    assert len(messages_of(client.post(RUN, {"cutoff": "x"}, follow=True))) == 1
    assert RerouteCycle.objects.count() == 0
