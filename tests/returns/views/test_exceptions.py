from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from japan.piece_number import grouped
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
    # session, user, campaign of the rows, of the tiles, of the form and of the header, rows, tiles, members of staff
    with django_assert_num_queries(9):
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
    client.post(of(first, "exception-resolve"), {"resolution": "handed_over", "note": "窓口"})
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
    entries = {"resolution": "handed_over", "note": "窓口"}
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


def actions_of(page: Any) -> list[str]:
    return [str(action.label) for action in page.context["actions"]]


def test_a_second_person_is_told_who_has_it_and_may_take_over(
    client_as: ClientAs, campaign: Campaign
) -> None:
    [found] = exceptions(campaign, "13")
    first, second = client_as(Role.CLERK), client_as(Role.CLERK)
    first.post(of(found, "exception-take"))
    told = "佐藤 健一 さんが担当しています。引き継ぐ場合は、担当を変えてから行ってください。"
    assert messages_of(second.post(of(found, "exception-take"), follow=True)) == [told]
    entries = {"resolution": "handed_over", "note": "窓口"}
    assert messages_of(second.post(of(found, "exception-resolve"), entries, follow=True)) == [told]
    page = second.get(of(found))
    assert actions_of(page) == ["担当を引き継ぐ", "担当を決める", "期限を変える", "経過を書く"]
    seen = page.context["actions"][0].form["instead_of"].value()
    assert seen == first.staff.username
    taken = second.post(of(found, "exception-take"), {"instead_of": first.staff.username}, follow=True)
    found.refresh_from_db()
    assert (messages_of(taken), found.owner) == (["担当になりました。"], second.staff)


def test_an_exception_is_taken_and_resolved(client_as: ClientAs, campaign: Campaign) -> None:
    [found] = exceptions(campaign, "13")
    client = client_as(Role.RETURNS)
    page = client.get(of(found))
    facts = {str(fact.label): fact.value for fact in page.context["facts"]}
    assert page.context["facts"][0].url == f"/mailing/envelopes/{found.number}/"
    assert facts == {
        "封筒番号": grouped(found.event.envelope.piece_no),
        "理由": "受取拒絶",
        "支部": "東京支部",
        "還付理由": "受取拒絶",
        "還付日": RETURNED_ON,
        "発生": MORNING,
        "期限": found.due_on,
        "担当": "—",
        "結果": "",
        "経過": "",
    }
    work = [
        "担当を決める",
        "期限を変える",
        "経過を書く",
        "訂正した住所への再送付を提案する",
        "対応を完了する",
    ]
    assert actions_of(page) == ["自分が担当する", *work]
    assert messages_of(client.post(of(found, "exception-take"), follow=True)) == ["担当になりました。"]
    assert actions_of(client.get(of(found))) == work
    entries = {"resolution": "branch_contact", "note": "支部から送付"}
    answer = client.post(of(found, "exception-resolve"), entries, follow=True)
    found.refresh_from_db()
    assert messages_of(answer) == ["対応を完了しました。"]
    assert (found.state, found.owner, found.note, found.resolution) == (
        "resolved",
        client.staff,
        "支部から送付",
        "branch_contact",
    )
    assert answer.context["actions"] == []
    for name in ("exception-resolve", "exception-take"):
        again = client.post(of(found, name), entries, follow=True)
        assert messages_of(again) == ["この個別対応は、すでに完了しています。"]


def test_what_was_done_is_read_from_the_page(client_as: ClientAs, campaign: Campaign) -> None:
    [found] = exceptions(campaign, "13")
    client, other = client_as(Role.CLERK), client_as(Role.RETURNS)
    later = timezone.localdate() + timedelta(days=30)
    steps = (
        ("exception-comment", {"note": "支部に照会"}, "経過を記録しました。"),
        ("exception-due", {"due_on": later.isoformat(), "note": "回答待ち"}, "期限を変えました。"),
        ("exception-assign", {"owner": other.staff.username}, "担当を決めました。"),
    )
    for name, entries, told in steps:
        assert messages_of(client.post(of(found, name), entries, follow=True)) == [told]
    page = client.get(of(found))
    assert [(entry.title, entry.detail) for entry in page.context["timeline"]] == [
        ("担当を 佐藤 健一 さんにしました", ""),
        (f"期限を {later.isoformat()} にしました", "回答待ち"),
        ("経過", "支部に照会"),
    ]
    found.refresh_from_db()
    assert (found.owner, found.due_on) == (other.staff, later)
    assert_only(client_as, of(found, "exception-assign"), Permission.WORK_EXCEPTIONS, "post")
    assert_only(client_as, of(found, "exception-due"), Permission.WORK_EXCEPTIONS, "post")
    assert_only(client_as, of(found, "exception-comment"), Permission.WORK_EXCEPTIONS, "post")
