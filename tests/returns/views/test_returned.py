from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from mailing.models import Envelope
from returns.models import ReturnEvent, UnknownReturn
from returns.services import reroute
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer
from tests.factories.returns import CUTOFF, come_back, post_all
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from tests.conftest import ClientAs

LIST, UNKNOWN = reverse("returns:return-list"), reverse("returns:unknown-list")
IMPORT = reverse("returns:returns-import")


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


@pytest.fixture
def event(campaign: Campaign) -> ReturnEvent:
    a_household(campaign, "00", employer=an_employer())
    return come_back(post_all(campaign)[0])


def of(event: ReturnEvent, name: str = "return-detail") -> str:
    return reverse(f"returns:{name}", kwargs={"public_id": event.public_id})


def test_who_may_see_and_change_returns(client_as: ClientAs, event: ReturnEvent) -> None:
    assert_only(client_as, LIST, Permission.VIEW_RETURNS)
    assert_only(client_as, of(event), Permission.VIEW_RETURNS)
    assert_only(client_as, UNKNOWN, Permission.LOG_RETURNS)
    assert_only(client_as, IMPORT, Permission.LOG_RETURNS)
    assert_only(client_as, of(event, "return-reason"), Permission.LOG_RETURNS, "post")
    assert_only(client_as, of(event, "return-delivered"), Permission.WORK_EXCEPTIONS, "post")


@pytest.mark.parametrize("returned", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_three_returns(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, returned: int
) -> None:
    for _ in range(returned):
        a_household(campaign, "00")
    for envelope in post_all(campaign):
        come_back(envelope)
    client = client_as(Role.RETURNS)
    with django_assert_num_queries(5):  # session, user, campaign of the rows and of the header, rows
        page = client.get(LIST)
    assert len(rows_of(page)) == returned


def test_the_list_is_narrowed_by_end_and_reason_and_branch(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", branch="13")
    a_household(campaign, "00", branch="27")
    first, second = (come_back(envelope) for envelope in post_all(campaign))
    ReturnEvent.objects.filter(pk=second.pk).update(reason="refused")
    client = client_as(Role.RETURNS)
    assert rows_of(client.get(LIST, {"reason": "refused"})) == [second]
    assert rows_of(client.get(LIST, {"state": "waiting"})) == [second, first]
    assert rows_of(client.get(LIST, {"state": "rerouted"})) == []
    tokyo = client_as(Role.RETURNS, branch_code="13")
    assert rows_of(tokyo.get(LIST)) == [first]
    assert tokyo.get(of(second)).status_code == 404


def test_an_empty_list_says_what_to_do(client_as: ClientAs, campaign: Campaign) -> None:
    text = text_of(client_as(Role.RETURNS).get(LIST))
    assert "「還付受付」で読み取るか、還付ファイルを取り込むと表示されます。" in text
    assert client_as(Role.INQUIRY).get(LIST).context["links"] == []


def test_a_return_is_shown_with_what_can_be_done_and_the_look_is_logged(
    client_as: ClientAs, event: ReturnEvent
) -> None:
    client = client_as(Role.RETURNS)
    page = client.get(of(event))
    assert [str(action.label) for action in page.context["actions"]] == [
        "理由を訂正する",
        "後日届いたと記録する",
    ]
    assert client_as(Role.INQUIRY).get(of(event)).context["actions"] == []
    log = AccessLog.objects.order_by("pk").values_list("user", "screen", "subject")[0]
    assert log == (client.staff.pk, "return-detail", str(event.public_id))


def test_a_reason_is_corrected(client_as: ClientAs, event: ReturnEvent) -> None:
    client = client_as(Role.RETURNS)
    answer = client.post(of(event, "return-reason"), {"reason": "expired"}, follow=True)
    event.refresh_from_db()
    assert (messages_of(answer), event.reason) == (["還付理由を訂正しました。"], "expired")
    answer = client.post(of(event, "return-reason"), {"reason": "eaten"}, follow=True)
    event.refresh_from_db()
    assert (len(messages_of(answer)), event.reason) == (1, "expired")


def test_somebody_calls_that_it_has_arrived(client_as: ClientAs, event: ReturnEvent) -> None:
    client = client_as(Role.RETURNS)
    answer = client.post(of(event, "return-delivered"), {"note": "電話で確認"}, follow=True)
    event.refresh_from_db()
    assert messages_of(answer) == ["後日届いたものとして記録しました。"]
    assert (event.envelope.state, answer.context["actions"]) == ("delivered_after_all", [])


def test_after_the_cycle_nothing_can_be_changed(client_as: ClientAs, event: ReturnEvent) -> None:
    reroute(campaign=event.envelope.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    client = client_as(Role.RETURNS)
    newer = Envelope.objects.get(parent=event.envelope)
    page = client.get(of(event))
    assert newer.piece_no in text_of(page)
    assert page.context["actions"] == []
    answer = client.post(of(event, "return-reason"), {"reason": "expired"}, follow=True)
    event.refresh_from_db()
    assert (len(messages_of(answer)), event.reason) == (1, "unknown_address")


def test_unknown_pieces_are_listed(client_as: ClientAs, campaign: Campaign) -> None:
    client = client_as(Role.RETURNS)
    assert "不明の還付はありません" in text_of(client.get(UNKNOWN))
    entries = {"scanned": "000000000000", "reason": "moved", "returned_on": "2025-09-03"}
    client.post(reverse("returns:scan"), entries)
    assert rows_of(client.get(UNKNOWN)) == [UnknownReturn.objects.get()]


def returns_csv(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("returns.csv", "\n".join(["piece_no,reason,returned_on", *rows]).encode())


def test_a_contractors_file_is_taken_in(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    [envelope] = post_all(campaign)
    client = client_as(Role.RETURNS)
    file = returns_csv(f"{envelope.piece_no},moved,2025-09-03", "000000000000,moved,2025-09-03", "x,moved,1")
    answer = client.post(IMPORT, {"file": file}, follow=True)
    assert messages_of(answer) == ["3行を読みました。受付 1、重複 0、不明 1、却下 1。"]
    assert rows_of(answer) == [ReturnEvent.objects.get()]


def test_a_file_of_another_form_is_refused_in_place(client_as: ClientAs, campaign: Campaign) -> None:
    answer = client_as(Role.RETURNS).post(IMPORT, {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    assert answer.status_code == 200
    assert "列" in text_of(answer)
    assert ReturnEvent.objects.count() == 0
