from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.roles import Permission, Role
from returns.models import DeliveryException
from returns.services import reroute
from tests.factories.mailing import MORNING, a_campaign, a_household
from tests.factories.returns import CUTOFF, come_back, post_all
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from tests.conftest import ClientAs

LIST = reverse("returns:exception-list")


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


def exceptions(campaign: Campaign, *branches: str) -> list[DeliveryException]:
    """One for each branch: refused at the door."""
    for branch in branches:
        a_household(campaign, "00", branch=branch)
    for envelope in post_all(campaign):
        come_back(envelope, "refused")
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    return list(DeliveryException.objects.order_by("pk"))


def of(found: DeliveryException, name: str = "exception-detail") -> str:
    return reverse(f"returns:{name}", kwargs={"public_id": found.public_id})


def test_who_may_work_on_exceptions(client_as: ClientAs, campaign: Campaign) -> None:
    [found] = exceptions(campaign, "13")
    assert_only(client_as, LIST, Permission.WORK_EXCEPTIONS)
    assert_only(client_as, of(found), Permission.WORK_EXCEPTIONS)
    assert_only(client_as, of(found, "exception-take"), Permission.WORK_EXCEPTIONS, "post")
    assert_only(client_as, of(found, "exception-resolve"), Permission.WORK_EXCEPTIONS, "post")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_three_exceptions(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    exceptions(campaign, *["13"] * rows)
    client = client_as(Role.RETURNS)
    with django_assert_num_queries(5):  # session, user, campaign of the rows and of the header, rows
        page = client.get(LIST)
    assert len(rows_of(page)) == rows


def test_the_list_is_the_readers_branch_and_narrowed(client_as: ClientAs, campaign: Campaign) -> None:
    tokyo, osaka = exceptions(campaign, "13", "27")
    client = client_as(Role.RETURNS, branch_code="27")
    assert rows_of(client.get(LIST)) == [osaka]
    assert client.get(of(tokyo)).status_code == 404
    everywhere = client_as(Role.RETURNS)
    assert len(rows_of(everywhere.get(LIST, {"code": "refused"}))) == 2
    assert rows_of(everywhere.get(LIST, {"state": "resolved"})) == []


def test_nondisclosed_ones_are_for_those_who_may(client_as: ClientAs, campaign: Campaign) -> None:
    [found] = exceptions(campaign, "13")
    DeliveryException.objects.update(code="nondisclosure")
    assert rows_of(client_as(Role.RETURNS).get(LIST)) == []
    assert client_as(Role.RETURNS).get(of(found)).status_code == 404
    assert rows_of(client_as(Role.SUPERVISOR).get(LIST)) == [found]


def test_an_empty_list_says_what_to_do(client_as: ClientAs, campaign: Campaign) -> None:
    assert "個別対応が必要な封筒はありません" in text_of(client_as(Role.RETURNS).get(LIST))


def test_an_exception_is_taken_and_resolved(client_as: ClientAs, campaign: Campaign) -> None:
    [found] = exceptions(campaign, "13")
    client = client_as(Role.RETURNS)
    page = client.get(of(found))
    assert "支部からご本人の意向を確認してください" in text_of(page)
    assert [str(action.label) for action in page.context["actions"]] == ["自分が担当する", "対応を完了する"]
    assert messages_of(client.post(of(found, "exception-take"), follow=True)) == ["担当になりました。"]
    assert [str(action.label) for action in client.get(of(found)).context["actions"]] == ["対応を完了する"]
    form = client.get(of(found)).context["actions"][0].form
    resolution = form.fields["resolution"].choices[0][0]
    entries = {"resolution": resolution, "note": "窓口で受領"}
    answer = client.post(of(found, "exception-resolve"), entries, follow=True)
    found.refresh_from_db()
    assert messages_of(answer) == ["対応を完了しました。"]
    assert (found.state, found.owner, found.note, found.resolution) == (
        "resolved",
        client.staff,
        "窓口で受領",
        resolution,
    )
    assert answer.context["actions"] == []
    again = client.post(of(found, "exception-resolve"), entries, follow=True)
    assert len(messages_of(again)) == 1
