from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from backoffice.roles import Permission
from returns.models import ReturnEvent
from returns.states import ReturnReason
from tests.factories.mailing import a_household
from tests.factories.returns import RETURNED_ON, come_back, desk, post_all
from tests.page_text import text_of
from tests.permission_matrix import assert_only
from tests.returns.views.desk.scans import DESK, OPEN, SCAN, a_tray, absent, close, scan, undo, word_of

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from mailing.models import Envelope
    from tests.conftest import ClientAs, StaffClient


def test_who_may_work_at_the_desk(client_as: ClientAs, client: StaffClient, envelope: Envelope) -> None:
    event = ReturnEvent.objects.get(pk=come_back(envelope).pk)
    assert_only(client_as, DESK, Permission.LOG_RETURNS)
    for url in (SCAN, OPEN, undo(event), close(a_tray(client, envelope.campaign))):
        assert_only(client_as, url, Permission.LOG_RETURNS, "post")
        assert client.get(url).status_code == 405


def test_without_a_campaign_there_is_no_desk(client: StaffClient) -> None:
    assert [client.get(DESK).status_code, client.post(SCAN).status_code, client.post(OPEN).status_code] == [
        404,
        404,
        404,
    ]


def test_a_fresh_desk_offers_the_reasons_by_key_and_today(client: StaffClient, campaign: Campaign) -> None:
    page = client.get(DESK)
    body = page.content.decode()
    keys = re.findall(r'value="(\w+)" data-key="(\d)"( checked)?', body)
    assert keys == [
        (reason, str(key), " checked" if key == 1 else "")
        for key, reason in enumerate(ReturnReason.values, 1)
    ]
    assert re.findall(r'type="date" value="([^"]*)"', body) == [timezone.localdate().isoformat()]
    text = text_of(page)
    for sentence in (
        "読み取ると、封筒の行き先がここに大きく表示されます。",
        "開いているトレーはありません。",
        "まだ読み取りはありません。",
    ):
        assert text.count(sentence) == 1


@pytest.mark.parametrize("scans", [1, 3])
def test_the_desk_needs_the_same_queries_for_one_and_three_scans(
    client: StaffClient,
    campaign: Campaign,
    django_assert_num_queries: DjangoAssertNumQueries,
    scans: int,
) -> None:
    for _ in range(scans):
        a_household(campaign, "00")
    for place, posted in enumerate(post_all(campaign)):
        come_back(posted, by=client.staff)
        scan(client, absent(place))
    with django_assert_num_queries(
        6
    ):  # session, user, campaign, tray, recent scans (returns and other pieces)
        page = client.get(DESK)
    assert len(page.context["recent"]) == 2 * scans


def test_a_scan_in_place_answers_with_the_parts_that_changed(client: StaffClient, envelope: Envelope) -> None:
    answer = scan(client, envelope.piece_no, note="雨ぬれ")
    event = ReturnEvent.objects.get()
    assert (event.reason, event.returned_on, event.note, event.recorded_by) == (
        "moved",
        RETURNED_ON,
        "雨ぬれ",
        client.staff,
    )
    assert word_of(answer) == "事業所へ"
    assert text_of(answer).count("東京支部 資格確認書 2枚 封筒 1／1通目 理由：転居先不明") == 1
    body = answer.content.decode()
    assert re.findall(r'id="([\w-]+)"[^>]* hx-swap-oob="true"', body) == [
        "scan-nonce",
        "scan-tray",
        "scan-recent",
    ]
    assert (body.count("<html"), body.count(undo(event))) == (0, 1)


def test_a_scan_without_scripts_answers_with_the_page_and_keeps_reason_and_day(
    client: StaffClient, envelope: Envelope
) -> None:
    page = scan(client, envelope.piece_no, in_place=False, note="雨ぬれ")
    body = page.content.decode()
    assert (word_of(page), body.count("<html"), body.count("hx-swap-oob")) == ("事業所へ", 1, 0)
    assert re.findall(r'value="(\w+)" data-key="\d" checked', body) == ["moved"]
    assert re.findall(r'type="date" value="([^"]*)"', body) == [RETURNED_ON.isoformat()]
    assert (body.count("雨ぬれ"), body.count(undo(ReturnEvent.objects.get()))) == (0, 1)


@pytest.mark.parametrize(
    ("entered", "told"),
    [
        ({"scanned": ""}, "このフィールドは必須です。"),
        ({"reason": "lazy"}, "正しく選択してください。 lazy は候補にありません。"),
        ({"returned_on": "きのう"}, "日付を正しく入力してください。"),
    ],
)
@pytest.mark.parametrize("in_place", [True, False])
def test_an_incomplete_scan_records_nothing_and_says_why(
    client: StaffClient, envelope: Envelope, entered: dict[str, str], told: str, *, in_place: bool
) -> None:
    answer = scan(client, in_place=in_place, **{"number": envelope.piece_no, **entered})
    assert (word_of(answer), text_of(answer).count(told)) == ("受け付けられません", 1)
    assert ReturnEvent.objects.count() == 0


def test_without_scripts_an_unusable_reason_and_day_go_back_to_the_first_and_today(
    client: StaffClient, envelope: Envelope
) -> None:
    page = scan(client, envelope.piece_no, in_place=False, reason="lazy", returned_on="きのう")
    assert (page.context["chosen"], page.context["returned_on"]) == (
        "unknown_address",
        timezone.localdate(),
    )


def test_the_last_eight_scans_of_ones_own_are_listed_newest_first(
    client: StaffClient, campaign: Campaign
) -> None:
    for _ in range(10):
        a_household(campaign, "00")
    *mine, other = post_all(campaign)
    events = [come_back(posted, by=client.staff) for posted in mine]
    come_back(other, by=desk())
    assert list(client.get(DESK).context["recent"]) == events[:0:-1]
