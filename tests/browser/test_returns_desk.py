"""The returns desk by keyboard alone: at scanner speed, with the connection cut and restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from backoffice.roles import Role
from japan.piece_number import grouped
from returns.models import ReturnEvent, ReturnTray
from tests.factories.mailing import a_campaign, a_household, an_employer
from tests.factories.returns import post_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from mailing.models import Envelope
    from tests.browser.person import Person

pytestmark = pytest.mark.browser


def a_pile(count: int) -> list[Envelope]:
    """Posted envelopes of one employer's people."""
    campaign, employer = a_campaign(), an_employer()
    for _ in range(count):
        a_household(campaign, "00", employer=employer)
    return post_all(campaign)


@pytest.fixture
def desk(as_person: Callable[..., Person]) -> Person:
    return as_person("desk", Role.RETURNS)


def scan(page: Page, text: str) -> None:
    """What a scanner does: types the number and Enter, wherever the cursor is."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def recorded() -> list[str]:
    """The standing returns in the order in which they were recorded."""
    rows = ReturnEvent.objects.filter(undone_at=None).order_by("pk")
    return list(rows.values_list("envelope__piece_no", flat=True))


def without_console(person: Person) -> Page:
    """A cut connection is an error on the console; the tests that cut it do not listen there."""
    person.page.remove_listener("console", person._listen)
    return person.page


def nothing_waits(page: Page) -> None:
    """The notice is gone while the last scan is still under way; the form knows when that is answered, too."""
    expect(page.locator("#scan-waiting")).to_be_hidden()
    expect(page.locator("form[data-waiting='0']")).to_have_count(1)


def test_a_pile_is_logged_without_a_mouse(desk: Person) -> None:
    pile = a_pile(3)
    desk.go_to("還付受付")
    page = desk.page
    page.keyboard.press("Alt+Digit9")
    page.keyboard.type("雨ぬれ")
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+Digit3")
    nonces = {page.locator("#scan-nonce").input_value()}
    for number, envelope in enumerate(pile[:2], 1):
        scan(page, envelope.piece_no)
        expect(page.locator("#scan-recent li")).to_have_count(number)
        expect(page.locator(".scan-word")).to_contain_text("事業所へ")
        expect(page.locator("#scanned")).to_be_focused()
        expect(page.locator("#scanned")).to_have_value("")
        nonces.add(page.locator("#scan-nonce").input_value())
    assert (len(nonces), page.locator("#scan-nonce").count(), page.locator("#scan-tray").count()) == (3, 1, 1)
    rows = ReturnEvent.objects.order_by("pk").values_list("reason", "note")
    assert list(rows) == [("moved", "雨ぬれ"), ("moved", "")]
    page.keyboard.press("Alt+KeyZ")
    desk.is_told("最後の読み取りを取り消しました")
    assert recorded() == [pile[0].piece_no]
    desk.finds_no_barrier()


def test_the_key_takes_back_the_last_scan_also_where_it_was_no_return(desk: Person) -> None:
    (envelope,) = a_pile(1)
    desk.go_to("還付受付")
    page = desk.page
    scan(page, envelope.piece_no)
    expect(page.locator("#scan-recent li")).to_have_count(1)
    scan(page, "000000000000")
    expect(page.locator("#scan-recent li")).to_have_count(2)
    expect(page.locator("#scan-recent li").first).to_contain_text("番号が存在しない")
    page.keyboard.press("Alt+KeyZ")
    desk.is_told("読み取りを取り消しました（0000-0000-0000）")
    expect(page.locator("#scan-recent li")).to_have_count(1)
    assert recorded() == [envelope.piece_no]
    desk.finds_no_barrier()


def test_on_a_telephone_every_answer_is_on_the_screen(as_person: Callable[..., Person]) -> None:
    desk, pile = as_person("desk", Role.RETURNS, width=390, height=844), a_pile(1)
    desk.page.goto(f"{desk.address}/returns/desk/")
    for text, word in (
        (pile[0].piece_no, "事業所へ"),
        (pile[0].piece_no, "受付済みです"),
        ("12", "読み直して"),
    ):
        scan(desk.page, text)
        answer = desk.page.locator(".scan-word", has_text=word)
        expect(answer).to_be_in_viewport(ratio=1)
        expect(desk.page.locator("#scanned")).to_be_focused()
    desk.finds_no_barrier()


def test_one_key_before_a_number_is_the_reason_and_stays_for_the_pile(desk: Person) -> None:
    pile = a_pile(5)
    desk.go_to("還付受付")
    page = desk.page
    page.keyboard.press("6")
    expect(page.locator(".scan-reason[data-about]")).to_contain_text("受取拒絶")
    scan(page, pile[0].piece_no)
    expect(page.locator(".scan-word")).to_contain_text("保留")
    expect(page.locator(".scan-reason:has(:checked)")).to_contain_text("受取拒絶")
    scan(page, "３")
    expect(page.locator(".scan-reason:has(:checked)")).to_contain_text("転居先不明")
    scan(page, pile[1].piece_no)
    scan(page, "９")
    expect(page.locator("#note")).to_be_focused()
    scan(page, "雨ぬれ")
    scan(page, f"5T1|{pile[2].piece_no}|1|1/1|1")
    scan(page, f"9{pile[3].piece_no}")
    nothing_waits(page)
    # A page in between (the undo, a tray) does not go back to the first reason.
    page.keyboard.press("Alt+KeyZ")
    desk.is_told("最後の読み取りを取り消しました")
    expect(page.locator(".scan-reason:has(:checked)")).to_contain_text("保管期間経過")
    scan(page, pile[4].piece_no)
    nothing_waits(page)
    rows = ReturnEvent.objects.order_by("pk").values_list("envelope__piece_no", "reason", "note")
    numbers = [envelope.piece_no for envelope in pile]
    wanted = zip(
        (numbers[0], numbers[1], numbers[2], numbers[4]),
        ("refused", "moved", "expired", "expired"),
        strict=True,
    )
    assert list(rows) == [
        (*row, "雨ぬれ" if row[1] == "expired" and row[0] == numbers[2] else "") for row in wanted
    ]


def test_ten_scans_a_second_are_recorded_in_order_and_the_odd_one_is_listed(desk: Person) -> None:
    pile = a_pile(20)
    desk.go_to("還付受付")
    page = desk.page
    for number, envelope in enumerate(pile):
        scan(page, "000000000000" if number == 7 else envelope.piece_no)
        page.wait_for_timeout(100)
    expect(page.locator("#scan-recent li").first).to_contain_text(grouped(pile[-1].piece_no))
    nothing_waits(page)
    assert recorded() == [envelope.piece_no for number, envelope in enumerate(pile) if number != 7]
    expect(page.locator("#scan-later li")).to_have_count(1)
    expect(page.locator("#scan-later li")).to_contain_text("番号なし：別に置く")
    page.get_by_role("button", name="確認した").click()
    expect(page.locator("#scan-later")).to_be_hidden()
    expect(page.locator("#scanned")).to_be_focused()


def test_scans_made_while_the_server_is_away_wait_and_are_sent_in_order(desk: Person) -> None:
    pile = a_pile(4)
    desk.go_to("還付受付")
    page = without_console(desk)
    page.context.set_offline(True)
    page.keyboard.press("Alt+Digit5")
    for envelope in pile:
        scan(page, envelope.piece_no)
    expect(page.locator("#scan-waiting")).to_contain_text("送信待ち 4 通")
    expect(page.locator("#scan-waiting")).to_contain_text("サーバーにつながりません")
    expect(page.locator(".scan-word")).to_contain_text("預かりました")
    desk.finds_no_barrier()
    page.keyboard.press("Alt+KeyZ")
    assert recorded() == []
    page.context.set_offline(False)
    nothing_waits(page)
    assert recorded() == [envelope.piece_no for envelope in pile]
    assert set(ReturnEvent.objects.values_list("reason", flat=True)) == {"expired"}
    # Where each of them goes could not be read at the time.
    expect(page.locator("#scan-later li")).to_have_count(4)
    expect(page.locator("#scan-later li").first).to_contain_text(f"{pile[0].piece_no} 事業所へ")
    page.get_by_role("button", name="すべて確認した").press("Enter")
    expect(page.locator("#scan-later")).to_be_hidden()
    expect(page.locator("#scanned")).to_be_focused()
    page.reload()
    expect(page.locator("#scan-later")).to_be_hidden()


def test_a_tray_is_opened_its_label_read_counted_and_closed_by_keyboard(desk: Person) -> None:
    (envelope,) = a_pile(1)
    desk.go_to("還付受付")
    page = desk.page
    page.get_by_role("button", name="トレーを開く").press("Enter")
    desk.is_told("トレー 1 を開きました")
    scan(page, f"3{envelope.piece_no}")
    expect(page.locator("#scan-tray")).to_contain_text("トレー 1：1／100 通")
    scan(page, f"6{ReturnTray.objects.get().code}")
    expect(page.locator(".scan-word")).to_contain_text("トレー 1 のラベル")
    expect(page.locator("#scan-answer")).to_contain_text("何も記録していません")
    expect(page.locator(".scan-reason:has(:checked)")).to_contain_text("受取拒絶")
    assert list(ReturnEvent.objects.values_list("reason", flat=True)) == ["moved"]
    page.get_by_role("link", name="このトレーを開く").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("トレー 1")
    desk.go_to("還付受付")
    page.get_by_label("数えた通数").press("1")
    page.keyboard.press("Enter")
    desk.is_told("トレー 1 を閉じました")


def test_waiting_scans_outlive_the_page(desk: Person) -> None:
    pile = a_pile(2)
    desk.go_to("還付受付")
    page = without_console(desk)
    page.route("**/desk/scan/", lambda route: route.abort())
    for envelope in pile:
        scan(page, envelope.piece_no)
    expect(page.locator("#scan-waiting")).to_contain_text("送信待ち 2 通")
    page.reload()
    expect(page.locator("#scan-waiting")).to_contain_text("送信待ち 2 通")
    page.unroute("**/desk/scan/")
    nothing_waits(page)
    assert recorded() == [envelope.piece_no for envelope in pile]


def test_two_windows_each_see_their_own_answers(desk: Person) -> None:
    pile = a_pile(3)
    desk.go_to("還付受付")
    page = without_console(desk)
    other = page.context.new_page()
    other.goto(page.url)
    for window in (page, other):
        window.route("**/desk/scan/", lambda route: route.abort())
    scan(other, pile[0].piece_no)
    scan(page, pile[1].piece_no)
    expect(other.locator("#scan-waiting")).to_contain_text("送信待ち 2 通")
    page.unroute("**/desk/scan/")
    expect(page.locator("#scan-later li")).to_have_count(1)
    expect(page.locator("#scan-later li")).to_contain_text(pile[1].piece_no)
    assert recorded() == [pile[1].piece_no]
    # What a closed window has left behind is sent by the one that stays.
    other.close()
    expect(page.locator("#scan-later li")).to_have_count(2, timeout=20_000)
    nothing_waits(page)
    assert recorded() == [pile[1].piece_no, pile[0].piece_no]


def test_an_answer_that_got_lost_is_asked_for_again_and_records_nothing_twice(desk: Person) -> None:
    pile = a_pile(2)
    desk.go_to("還付受付")
    page = without_console(desk)
    lost: list[int] = []

    def lose_first_answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/desk/scan/", lose_first_answer)
    for envelope in pile:
        scan(page, envelope.piece_no)
    expect(page.locator("#scan-later li")).to_have_count(2)
    nothing_waits(page)
    assert (lost, recorded()) == ([200], [envelope.piece_no for envelope in pile])
    expect(page.locator("#scan-later")).not_to_contain_text("受付済み")


def test_a_server_in_trouble_loses_nothing(desk: Person) -> None:
    (envelope,) = a_pile(1)
    desk.go_to("還付受付")
    page = without_console(desk)
    page.route("**/desk/scan/", lambda route: route.fulfill(status=502, body="bad gateway"))
    scan(page, envelope.piece_no)
    expect(page.locator("#scan-waiting")).to_contain_text("サーバーが応答できません")
    page.unroute("**/desk/scan/")
    nothing_waits(page)
    assert recorded() == [envelope.piece_no]


def test_scans_wait_for_a_new_login_after_the_session_has_ended(desk: Person) -> None:
    (envelope,) = a_pile(1)
    desk.go_to("還付受付")
    page = without_console(desk)
    page.context.clear_cookies()
    scan(page, envelope.piece_no)
    expect(page.locator("#scan-waiting")).to_contain_text("ログインが切れています")
    assert recorded() == []
    desk.log_in("desk", "correct horse battery staple")
    desk.go_to("還付受付")
    nothing_waits(page)
    expect(page.locator("#scan-later li")).to_have_count(1)
    assert recorded() == [envelope.piece_no]
