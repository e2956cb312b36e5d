from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from backoffice.roles import Permission, Role
from mailing.models import Envelope
from mailing.services import pack_envelopes
from returns.models import ReturnEvent, ReturnTray, UnknownReturn
from returns.services import open_tray, reroute
from returns.states import ReturnReason
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer, lose, supervisor
from tests.factories.returns import CUTOFF, RETURNED_ON, come_back, desk, post_all
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from tests.conftest import ClientAs, StaffClient

DESK, SCAN, OPEN = reverse("returns:desk"), reverse("returns:scan"), reverse("returns:tray-open")
IN_PLACE = {"HX-Request": "true"}


@pytest.fixture
def envelope(campaign: Campaign) -> Envelope:
    """A posted envelope of two cards whose household has an employer."""
    a_household(campaign, "00", "01", employer=an_employer())
    return post_all(campaign)[0]


@pytest.fixture
def client(client_as: ClientAs) -> StaffClient:
    return client_as(Role.RETURNS)


def scan(client: StaffClient, number: str, *, in_place: bool = True, **entered: Any) -> Any:
    """What the desk answers to a scan, in place (htmx) or as a page."""
    data = {"scanned": number, "reason": "moved", "returned_on": RETURNED_ON.isoformat(), **entered}
    return client.post(SCAN, data, headers=IN_PLACE if in_place else {})


def word_of(answer: Any) -> str:
    """The one big word of an answer."""
    (word,) = re.findall(r'<p class="scan-word">(.*?)</p>', answer.content.decode(), re.DOTALL)
    return re.sub(r"<[^>]*>|\s", "", word)


def nonce_of(answer: Any) -> str:
    (nonce,) = re.findall(r'name="nonce" value="([0-9a-f-]{36})"', answer.content.decode())
    return str(nonce)


def undo(event: ReturnEvent) -> str:
    return reverse("returns:scan-undo", kwargs={"public_id": event.public_id})


def close(tray: ReturnTray) -> str:
    return reverse("returns:tray-close", kwargs={"public_id": tray.public_id})


def a_tray(client: StaffClient, campaign: Campaign) -> ReturnTray:
    return open_tray(campaign=campaign, at=MORNING, by=client.staff)


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
    for posted in post_all(campaign):
        come_back(posted, by=client.staff)
    with django_assert_num_queries(5):  # session, user, campaign, tray, recent scans
        page = client.get(DESK)
    assert len(page.context["recent"]) == scans


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


def test_a_second_scan_says_who_scanned_it_first(client: StaffClient, envelope: Envelope) -> None:
    first = come_back(envelope)
    answer = scan(client, envelope.piece_no)
    assert word_of(answer) == "受付済みです"
    assert text_of(answer).count("2025-07-21 09:00 に 佐藤 健一 さんが受け付けています。") == 1
    assert text_of(answer).count("行き先： 事業所へ") == 1
    assert list(ReturnEvent.objects.all()) == [first]


def test_a_second_scan_says_where_the_piece_belongs(client: StaffClient, envelope: Envelope) -> None:
    client.post(OPEN)
    scan(client, envelope.piece_no, reason="refused")
    waiting = text_of(scan(client, envelope.piece_no))
    assert waiting.count("行き先： 保留 トレー 1 の封筒です。") == 1
    reroute(campaign=envelope.campaign, cutoff=RETURNED_ON, max_envelopes=None, at=MORNING, by=None)
    assert text_of(scan(client, envelope.piece_no)).count("行き先： 個別対応 トレー 1 の封筒です。") == 1


def test_pieces_that_are_none_of_ours_are_put_aside(client: StaffClient, campaign: Campaign) -> None:
    older = a_campaign("R6")
    a_household(older, "00")
    foreign = post_all(older)[0]
    type(older).objects.filter(pk=older.pk).update(closed_at=MORNING, closed_by=supervisor())
    a_household(campaign, "00")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    planned = Envelope.objects.get(campaign=campaign)
    told = {
        "000000000000": ("番号なし：別に置く", "この番号の封筒はありません。「不明の還付」に記録しました。"),
        foreign.piece_no: ("別の発行：別に置く", "別の一括発行の封筒です。「不明の還付」に記録しました。"),
        planned.piece_no: ("差出前：別に置く", "差出の記録がない封筒です。「不明の還付」に記録しました。"),
    }
    for number, (word, sentence) in told.items():
        answer = scan(client, number)
        assert (word_of(answer), text_of(answer).count(sentence)) == (word, 1)
    assert list(UnknownReturn.objects.order_by("pk").values_list("scanned_text", flat=True)) == list(told)


def test_a_spoiled_make_that_turns_up_is_put_aside(client: StaffClient, envelope: Envelope) -> None:
    Envelope.objects.filter(pk=envelope.pk).update(make_no=2)
    answer = scan(client, f"T1|{envelope.piece_no}|1|1/1|2")
    assert word_of(answer) == "作り直す前：別に置く"
    assert text_of(answer).count("作成回 1 の封筒で、そのあとに作り直されています。") == 1
    assert text_of(answer).count("さん") == 1
    assert (ReturnEvent.objects.count(), UnknownReturn.objects.get().kind) == (0, "superseded")
    assert word_of(scan(client, f"T1|{envelope.piece_no}|2|1/1|2")) == "事業所へ"


def test_a_return_before_the_posting_is_refused(client: StaffClient, envelope: Envelope) -> None:
    answer = scan(client, envelope.piece_no, returned_on="2025-08-20")
    told = "還付日が差出日（2025-08-21）より前です。還付日をご確認ください。"
    assert (word_of(answer), text_of(answer).count(told), text_of(answer).count(envelope.piece_no)) == (
        "受け付けられません",
        1,
        1,
    )
    assert ReturnEvent.objects.count() == 0


def test_a_misread_number_is_asked_for_again(client: StaffClient, envelope: Envelope) -> None:
    answer = scan(client, envelope.piece_no[:-1])
    assert word_of(answer) == "読み直してください"
    assert (ReturnEvent.objects.count(), UnknownReturn.objects.count()) == (0, 0)


def lost(envelope: Envelope) -> None:
    household = envelope.household
    assert household is not None
    lose(*household.people.all())


@pytest.mark.parametrize(
    ("reason", "prepare", "word"),
    [
        ("moved", lost, "廃棄確認"),
        ("refused", lambda _envelope: None, "保留"),
    ],
)
def test_the_big_word_says_what_happens_to_the_envelope(
    client: StaffClient, envelope: Envelope, reason: str, prepare: Callable[[Envelope], None], word: str
) -> None:
    prepare(envelope)
    assert word_of(scan(client, envelope.piece_no, reason=reason)) == word


def test_an_envelope_without_employer_goes_to_the_branch(client: StaffClient, campaign: Campaign) -> None:
    a_household(campaign, "00")
    (envelope,) = post_all(campaign)
    assert word_of(scan(client, envelope.piece_no)) == "支部照会"


def test_every_answer_brings_a_new_nonce(client: StaffClient, envelope: Envelope) -> None:
    first = nonce_of(client.get(DESK))
    answers = [scan(client, envelope.piece_no, nonce=first), scan(client, "1"), scan(client, "")]
    assert len({first, *map(nonce_of, answers)}) == 4


def test_a_resend_with_the_same_nonce_gets_the_same_answer(client: StaffClient, envelope: Envelope) -> None:
    nonce = nonce_of(client.get(DESK))
    words = [word_of(scan(client, envelope.piece_no, nonce=nonce)) for _ in range(2)]
    assert (words, ReturnEvent.objects.count()) == (["事業所へ", "事業所へ"], 1)


def test_another_piece_with_a_spent_nonce_is_recorded(client: StaffClient, envelope: Envelope) -> None:
    a_household(envelope.campaign, "00")
    other = post_all(envelope.campaign)[1]
    nonce = uuid4()
    words = [word_of(scan(client, number, nonce=nonce)) for number in (envelope.piece_no, other.piece_no)]
    assert words == ["事業所へ", "支部照会"]
    recorded = ReturnEvent.objects.order_by("pk").values_list("envelope", "nonce")
    assert list(recorded) == [(envelope.pk, nonce), (other.pk, None)]


def test_a_page_sent_again_after_the_undo_records_the_envelope(
    client: StaffClient, envelope: Envelope
) -> None:
    nonce = uuid4()
    scan(client, envelope.piece_no, nonce=nonce)
    client.post(undo(ReturnEvent.objects.get()))
    assert word_of(scan(client, envelope.piece_no, nonce=nonce)) == "事業所へ"
    envelope.refresh_from_db()
    assert (envelope.state, ReturnEvent.objects.filter(undone_at=None).count()) == ("returned", 1)


def test_the_last_scan_can_be_taken_back(client: StaffClient, envelope: Envelope) -> None:
    scan(client, envelope.piece_no)
    event = ReturnEvent.objects.get()
    page = client.post(undo(event), follow=True)
    assert messages_of(page) == ["最後の読み取りを取り消しました。"]
    envelope.refresh_from_db()
    event.refresh_from_db()
    assert (envelope.state, event.undone_by, list(page.context["recent"])) == ("posted", client.staff, [])


def test_somebody_elses_scan_cannot_be_taken_back(client: StaffClient, envelope: Envelope) -> None:
    event = ReturnEvent.objects.get(pk=come_back(envelope).pk)
    page = client.post(undo(event), follow=True)
    assert messages_of(page) == ["取り消せるのは、ご自身が最後に読み取った1通だけです。"]
    event.refresh_from_db()
    assert event.undone_at is None


def test_an_unknown_scan_cannot_be_taken_back(client: StaffClient, campaign: Campaign) -> None:
    assert client.post(reverse("returns:scan-undo", kwargs={"public_id": uuid4()})).status_code == 404


def test_after_the_cycle_no_undo_is_offered(client: StaffClient, envelope: Envelope) -> None:
    scan(client, envelope.piece_no)
    reroute(campaign=envelope.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    page = client.get(DESK)
    assert text_of(page).count("最後の読み取りを取り消す") == 0
    assert [event.envelope for event in page.context["recent"]] == [envelope]


def test_the_last_eight_scans_of_ones_own_are_listed_newest_first(
    client: StaffClient, campaign: Campaign
) -> None:
    for _ in range(10):
        a_household(campaign, "00")
    *mine, other = post_all(campaign)
    events = [come_back(posted, by=client.staff) for posted in mine]
    come_back(other, by=desk())
    assert list(client.get(DESK).context["recent"]) == events[:0:-1]


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


def test_a_desk_of_one_branch_may_scan_what_is_in_its_hands(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", branch="27")
    (envelope,) = post_all(campaign)
    answer = scan(client_as(Role.RETURNS, branch_code="13"), envelope.piece_no)
    assert (word_of(answer), text_of(answer).count("大阪支部")) == ("支部照会", 1)
    assert ReturnEvent.objects.get().returned_on == date(2025, 9, 3)
