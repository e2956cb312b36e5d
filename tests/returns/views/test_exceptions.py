from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from returns.models import DeliveryException
from returns.services import reroute
from returns.states import ExceptionCode
from tests.factories.mailing import MORNING, a_household
from tests.factories.returns import CUTOFF, RETURNED_ON, come_back, post_all
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from tests.conftest import ClientAs

LIST = reverse("returns:exception-list")


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
    assert text_of(client_as(Role.RETURNS).get(LIST)).count("個別対応が必要な封筒はありません") == 1


def test_a_filter_without_a_match_says_so(client_as: ClientAs, campaign: Campaign) -> None:
    exceptions(campaign, "13")
    client = client_as(Role.RETURNS)
    assert text_of(client.get(LIST, {"code": "lost"})).count("条件に合うものはありません") == 1
    assert text_of(client.get(LIST, {"code": "no_such"})).count("入力に誤りがあります") == 1


def test_open_ones_come_first(client_as: ClientAs, campaign: Campaign) -> None:
    first, second = exceptions(campaign, "13", "13")
    client = client_as(Role.RETURNS)
    client.post(of(first, "exception-resolve"), {"resolution": "handed_over"})
    assert rows_of(client.get(LIST)) == [second, first]
    assert rows_of(client.get(LIST, {"state": "resolved"})) == [first]


def test_every_look_at_an_exception_is_logged(client_as: ClientAs, campaign: Campaign) -> None:
    [found] = exceptions(campaign, "13")
    client = client_as(Role.CLERK)
    client.get(of(found))
    client_as(Role.CLERK, branch_code="27").get(of(found))
    log = AccessLog.objects.values_list("user", "action", "screen", "subject")
    assert list(log) == [(client.staff.pk, "view", "exception-detail", str(found.public_id))]


@pytest.mark.parametrize("action", ["exception-take", "exception-resolve"])
def test_exceptions_one_may_not_see_cannot_be_worked_on(
    client_as: ClientAs, campaign: Campaign, action: str
) -> None:
    ordinary, hidden = exceptions(campaign, "13", "13")
    DeliveryException.objects.filter(pk=hidden.pk).update(code="nondisclosure")
    entries = {"resolution": "handed_over", "note": ""}
    elsewhere = client_as(Role.CLERK, branch_code="27").post(of(ordinary, action), entries)
    nondisclosed = client_as(Role.CLERK).post(of(hidden, action), entries)
    assert (elsewhere.status_code, nondisclosed.status_code) == (404, 404)
    assert DeliveryException.objects.filter(state="open", owner=None).count() == 2


def test_a_look_never_takes_or_resolves(client_as: ClientAs, campaign: Campaign) -> None:
    [found] = exceptions(campaign, "13")
    client = client_as(Role.CLERK)
    answers = [client.get(of(found, name)).status_code for name in ("exception-take", "exception-resolve")]
    assert answers == [405, 405]


@pytest.mark.parametrize("code", ExceptionCode.values)
def test_the_page_says_what_to_do_next(client_as: ClientAs, campaign: Campaign, code: str) -> None:
    [found] = exceptions(campaign, "13")
    DeliveryException.objects.update(code=code)
    page = client_as(Role.SUPERVISOR).get(of(found))
    assert text_of(page).count(f"次にすること {page.context['next_step']}") == 1


def test_an_outcome_has_to_be_chosen(client_as: ClientAs, campaign: Campaign) -> None:
    [found] = exceptions(campaign, "13")
    answer = client_as(Role.CLERK).post(of(found, "exception-resolve"), {"note": "?"}, follow=True)
    found.refresh_from_db()
    assert (messages_of(answer), found.state) == (["このフィールドは必須です。"], "open")


def test_an_exception_ends_with_the_envelope_delivered_after_all(
    client_as: ClientAs, campaign: Campaign
) -> None:
    [found] = exceptions(campaign, "13")
    entries = {"resolution": "delivered_after_all", "note": "電話"}
    answer = client_as(Role.CLERK).post(of(found, "exception-resolve"), entries, follow=True)
    found = DeliveryException.objects.get()
    assert messages_of(answer) == ["対応を完了しました。"]
    assert (found.state, found.resolution, found.event.state, found.event.envelope.state) == (
        "resolved",
        "delivered_after_all",
        "delivered_after_all",
        "delivered_after_all",
    )


def test_somebody_else_may_still_take_over(client_as: ClientAs, campaign: Campaign) -> None:
    [found] = exceptions(campaign, "13")
    first, second = client_as(Role.CLERK), client_as(Role.CLERK)
    first.post(of(found, "exception-take"))
    second.post(of(found, "exception-take"))
    found.refresh_from_db()
    assert found.owner == second.staff


def test_an_exception_is_taken_and_resolved(client_as: ClientAs, campaign: Campaign) -> None:
    [found] = exceptions(campaign, "13")
    client = client_as(Role.RETURNS)
    page = client.get(of(found))
    facts = {str(fact.label): fact.value for fact in page.context["facts"]}
    assert facts == {
        "理由": "受取拒絶",
        "支部": "東京支部",
        "還付理由": "受取拒絶",
        "還付日": RETURNED_ON,
        "期限": found.due_on,
        "担当": "—",
        "結果": "",
        "経過": "",
    }
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
    for name in ("exception-resolve", "exception-take"):
        again = client.post(of(found, name), entries, follow=True)
        assert messages_of(again) == ["この個別対応は、すでに完了しています。"]
