from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.roles import Permission, Role
from returns.services import close_tray, open_tray, reroute
from tests.factories.mailing import MORNING, a_household, an_employer
from tests.factories.returns import CUTOFF, come_back, desk, post_all
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from returns.models import ReturnTray
    from tests.conftest import ClientAs

LIST = reverse("returns:tray-list")


@pytest.fixture
def tray(campaign: Campaign) -> ReturnTray:
    """A tray with an envelope of 東京 and one of 大阪, open."""
    person = desk()
    for branch in ("13", "27"):
        a_household(campaign, "00", branch=branch, employer=an_employer(branch))
    tray = open_tray(campaign=campaign, at=MORNING, by=person)
    for envelope in post_all(campaign):
        come_back(envelope, "moved", by=person, tray=tray)
    return tray


@pytest.fixture
def done(tray: ReturnTray) -> ReturnTray:
    """The tray, closed, with nothing in it that is still wanted."""
    close_tray(tray=tray, counted=2, at=MORNING, by=tray.opened_by)
    reroute(campaign=tray.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    return tray


def of(tray: ReturnTray, name: str = "detail") -> str:
    return reverse(f"returns:tray-{name}", kwargs={"public_id": tray.public_id})


def test_who_may_see_and_keep_trays(client_as: ClientAs, tray: ReturnTray) -> None:
    for url in (LIST, of(tray), of(tray, "label")):
        assert_only(client_as, url, Permission.VIEW_RETURNS)
    for name in ("store", "destruction"):
        assert_only(client_as, of(tray, name), Permission.LOG_RETURNS, "post")
    assert_only(client_as, of(tray, "destruction-confirm"), Permission.WORK_EXCEPTIONS, "post")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_three_trays(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    opened = [open_tray(campaign=campaign, at=MORNING, by=desk()) for _ in range(count)]
    client = client_as(Role.INQUIRY)
    with django_assert_num_queries(5):  # session, user, campaign of the rows and of the header, rows
        page = client.get(LIST)
    assert rows_of(page) == opened[::-1]


def test_the_list_is_narrowed_by_state_and_place(client_as: ClientAs, tray: ReturnTray) -> None:
    client = client_as(Role.RETURNS)
    assert messages_of(client.post(of(tray, "store"), {"place": "倉庫A-1"}, follow=True)) == [
        "保管場所を記録しました。"
    ]
    assert rows_of(client.get(LIST, {"state": "open", "place": "a-1"})) == [tray]
    assert rows_of(client.get(LIST)) == [tray]
    for nothing in ({"state": "destroyed"}, {"place": "倉庫B"}):
        assert text_of(client.get(LIST, nothing)).count("条件に合うものはありません") == 1


def test_a_tray_lists_its_envelopes_in_the_order_of_the_scans(client_as: ClientAs, tray: ReturnTray) -> None:
    page = client_as(Role.RETURNS).get(of(tray))
    numbers = list(tray.events.order_by("pk").values_list("envelope__piece_no", flat=True))
    assert [piece.envelope.piece_no for piece in page.context["pieces"]] == numbers
    assert text_of(page).count(f"1 {numbers[0]} 東京支部 転居先不明") == 1
    tokyo = client_as(Role.RETURNS, branch_code="13").get(of(tray))
    assert [piece.envelope.piece_no for piece in tokyo.context["pieces"]] == numbers[:1]


def test_a_difference_leads_to_the_list(client_as: ClientAs, campaign: Campaign) -> None:
    client = client_as(Role.RETURNS)
    tray = open_tray(campaign=campaign, at=MORNING, by=client.staff)
    page = client.post(of(tray, "close"), {"counted": "1"}, follow=True)
    assert page.redirect_chain == [(of(tray), 302)]
    assert text_of(page).count("まだ封筒は入っていません。") == 1
    closed = client.post(of(tray, "close"), {"counted": "0"}, follow=True)
    assert closed.redirect_chain == [(reverse("returns:desk"), 302)]


def test_the_label_carries_number_and_code(client_as: ClientAs, tray: ReturnTray) -> None:
    page = client_as(Role.RETURNS).get(of(tray, "label"))
    assert page.content.decode().count("<svg") - page.content.decode().count('<svg class="icon"') == 1
    assert text_of(page).count("TR-R7-000001") == 1


def test_the_destruction_of_a_tray_that_is_still_needed_is_shown_but_shut(
    client_as: ClientAs, tray: ReturnTray
) -> None:
    client = client_as(Role.RETURNS)
    client.post(of(tray, "close"), {"counted": str(tray.events.count())})
    shut = client.get(of(tray)).context["actions"][-1]
    assert (str(shut.label), shut.form) == ("廃棄を記録する", None)
    waiting = f"まだ対応の終わっていない封筒が{tray.events.count()}通あります。廃棄できません。"
    assert shut.disabled_because == waiting


def test_two_people_record_the_destruction(client_as: ClientAs, done: ReturnTray) -> None:
    first, second = client_as(Role.RETURNS), client_as(Role.CLERK)
    labels = [str(action.label) for action in first.get(of(done)).context["actions"]]
    assert labels == ["保管場所を記録する", "廃棄を記録する"]
    assert second.get(of(done)).context["actions"] == []
    entries = {"destroyed_on": "2025-12-10", "certificate_no": "H-1"}
    answer = first.post(of(done, "destruction"), entries, follow=True)
    assert messages_of(answer) == ["廃棄を記録しました。別の方が確認すると廃棄済みになります。"]
    shut = answer.context["actions"][-1]
    assert (str(shut.label), str(shut.disabled_because)) == (
        "廃棄を確認する",
        "入力した方とは別の方が確認してください。",
    )
    own = first.post(of(done, "destruction-confirm"), entries, follow=True)
    assert messages_of(own) == ["廃棄の記録は、入力した方とは別の方が確認してください。"]
    assert [str(action.label) for action in second.get(of(done)).context["actions"]] == ["廃棄を確認する"]
    answer = second.post(of(done, "destruction-confirm"), entries, follow=True)
    assert (messages_of(answer), answer.context["actions"]) == (["廃棄を確認しました。"], [])
    assert first.get(of(done)).context["actions"] == []
    done.refresh_from_db()
    assert (done.state, done.destruction_confirmed_by) == ("destroyed", second.staff)
