from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from returns.models import ReturnEvent, ReturnTray, UnknownReturn
from returns.services import close_tray, confirm_destruction, enter_destruction, open_tray, store_tray
from tests.factories.mailing import MORNING, a_campaign
from tests.factories.returns import RETURNED_ON, desk
from tests.page_text import messages_of, text_of
from tests.returns.views.desk.scans import DESK, OPEN, a_tray, close, scan, word_of

if TYPE_CHECKING:
    from issuance.models import Campaign
    from mailing.models import Envelope
    from tests.conftest import StaffClient


def test_a_tray_is_opened_filled_counted_and_closed(client: StaffClient, envelope: Envelope) -> None:
    assert messages_of(client.post(OPEN, follow=True)) == ["トレー 1 を開きました。"]
    assert text_of(scan(client, envelope.piece_no)).count("トレー 1：1／100 通") == 1
    tray = ReturnTray.objects.get()
    refused = client.post(close(tray), {"counted": "2"}, follow=True)
    assert messages_of(refused) == [
        "画面の件数（1通）と数えた件数（2通）が合いません。トレーの中身をご確認ください。"
    ]
    assert messages_of(client.post(close(tray), {"counted": "1"}, follow=True)) == ["トレー 1 を閉じました。"]
    tray.refresh_from_db()
    assert (tray.state, tray.counted, tray.events.get().envelope) == ("closed", 1, envelope)


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        ("", "このフィールドは必須です。"),
        ("101", "この値は 100 以下でなければなりません。"),
        ("-1", "この値は 0 以上でなければなりません。"),
    ],
)
def test_a_count_that_cannot_be_is_refused(
    client: StaffClient, campaign: Campaign, counted: str, told: str
) -> None:
    tray = a_tray(client, campaign)
    assert messages_of(client.post(close(tray), {"counted": counted}, follow=True)) == [told]
    tray.refresh_from_db()
    assert tray.state == "open"


def test_somebody_elses_tray_is_closed_from_its_page(client: StaffClient, campaign: Campaign) -> None:
    tray = open_tray(campaign=campaign, at=MORNING, by=desk())
    assert text_of(client.get(DESK)).count("開いているトレーはありません。") == 1
    page = reverse("returns:tray-detail", kwargs={"public_id": tray.public_id})
    assert str(client.get(page).context["actions"][0].label) == "数えて閉じる"
    answer = client.post(close(tray), {"counted": "0"}, follow=True)
    assert (answer.redirect_chain, messages_of(answer)) == ([(page, 302)], ["トレー 1 を閉じました。"])
    tray.refresh_from_db()
    assert tray.state == "closed"


@pytest.mark.parametrize("in_place", [True, False])
def test_a_full_tray_takes_no_more(client: StaffClient, envelope: Envelope, *, in_place: bool) -> None:
    tray = a_tray(client, envelope.campaign)
    ReturnTray.objects.filter(pk=tray.pk).update(scanned=100)
    answer = scan(client, envelope.piece_no, in_place=in_place)
    told = "トレーがいっぱいです。数えて閉じ、新しいトレーを開いてください。"
    assert (word_of(answer), text_of(answer).count(told)) == ("受け付けられません", 1)
    assert ReturnEvent.objects.count() == 0


@pytest.mark.parametrize("written", ["{0}", " {0} ", "]Q1{0}", "ＴＲ－{1}"])
def test_the_label_of_a_tray_is_told_apart_and_records_nothing(
    client: StaffClient, campaign: Campaign, written: str
) -> None:
    tray = a_tray(client, campaign)
    store_tray(tray=tray, place="棚3", at=MORNING, by=client.staff)
    answer = scan(client, written.format(tray.code, tray.code.removeprefix("TR-")))
    assert word_of(answer) == "トレー1のラベル"
    text = text_of(answer)
    told = ("受付中 0通 受付者：", "保管場所：棚3", "何も記録していません。")
    assert [text.count(sentence) for sentence in told] == [1, 1, 1]
    page = reverse("returns:tray-detail", kwargs={"public_id": tray.public_id})
    assert answer.content.decode().count(f'href="{page}"') == 1
    assert (ReturnEvent.objects.count(), UnknownReturn.objects.count()) == (0, 0)


def test_the_label_of_a_destroyed_tray_names_the_day_and_no_place(
    client: StaffClient, campaign: Campaign
) -> None:
    tray = a_tray(client, campaign)
    store_tray(tray=tray, place="棚3", at=MORNING, by=client.staff)
    close_tray(tray=tray, counted=0, at=MORNING, by=client.staff)
    said: dict[str, Any] = {"tray": tray, "destroyed_on": RETURNED_ON, "certificate_no": "X-1", "at": MORNING}
    enter_destruction(**said, by=client.staff)
    confirm_destruction(**said, by=desk())
    text = text_of(scan(client, tray.code))
    assert (text.count("廃棄日：2025-09-03"), text.count("棚3")) == (1, 0)


def test_the_label_of_another_campaigns_tray_names_the_campaign(
    client: StaffClient, campaign: Campaign
) -> None:
    older = a_campaign("R6")
    tray = a_tray(client, older)
    type(older).objects.filter(pk=older.pk).update(closed_at=MORNING, closed_by=client.staff)
    text = text_of(scan(client, tray.code))
    assert (text.count(f"別の一括発行（{older.name}）のトレーです。"), text.count("このトレーを開く")) == (
        1,
        0,
    )


def test_a_label_of_no_tray_is_said_to_be_none(client: StaffClient, campaign: Campaign) -> None:
    answer = scan(client, f"TR-{campaign.code}-000009")
    assert word_of(answer) == "ないトレーのラベル"
    assert (ReturnEvent.objects.count(), UnknownReturn.objects.count()) == (0, 0)
