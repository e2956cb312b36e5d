from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from backoffice.staff import staff_name
from issuance.models import Household, InsuredPerson, Selection
from japan.names import kana_search_key, name_search_key
from japan.piece_number import grouped
from mailing.models import Envelope
from returns.services import record_return
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    a_person,
    an_employer,
    lose,
    pack_and_plan,
    post,
    staff,
)
from tests.page_text import rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from tests.conftest import ClientAs

LIST = reverse("issuance:person-list")


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


def detail(person: InsuredPerson) -> str:
    return reverse("issuance:person-detail", kwargs={"public_id": person.public_id})


def named(household: Household, edaban: str, name: str, kana: str) -> InsuredPerson:
    """Give somebody another name."""
    people = household.people.filter(edaban=edaban)
    people.update(
        name=name,
        name_print=name,
        name_key=name_search_key(name),
        name_kana=kana,
        kana_key=kana_search_key(kana),
    )
    return people.get()


def test_who_may_see_people(client_as: ClientAs, campaign: Campaign) -> None:
    person = a_household(campaign, "00").people.get()
    assert_only(client_as, LIST, Permission.VIEW_PERSONS)
    assert_only(client_as, LIST, Permission.VIEW_PERSONS, "post")
    assert_only(client_as, detail(person), Permission.VIEW_PERSONS)


def test_nothing_is_listed_before_a_search(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    page = client_as(Role.INQUIRY).get(LIST)
    assert rows_of(page) == []
    assert "上の欄に、分かっていることを一つ入力して検索してください。" in text_of(page)
    assert "必須です" not in text_of(page)


@pytest.mark.parametrize("people", [1, 3])
def test_a_search_needs_the_same_queries_for_one_and_three_people(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, people: int
) -> None:
    household = a_household(campaign, *[f"{place:02d}" for place in range(people)])
    client = client_as(Role.INQUIRY)
    words = f"{household.symbol} {household.number}"
    with django_assert_num_queries(6):  # session, user, who acts, campaign, rows, access log
        page = client.post(LIST, {"words": words})
    assert len(rows_of(page)) == people


def test_a_person_is_found_by_what_a_caller_says(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, "00", "01")
    father = named(household, "00", "髙橋　健一", "ﾀｶﾊｼ ｹﾝｲﾁ")
    daughter = named(household, "01", "髙橋　葵", "ﾀｶﾊｼ ｱｵｲ")
    client = client_as(Role.INQUIRY)
    symbol, number = household.symbol, household.number
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    for words, found in {
        f"{symbol} {number}": [father, daughter],
        f"{symbol}-{number}-01": [daughter],
        f"{symbol}・{number}".translate(wide): [father, daughter],
        f"{symbol} {number} 09": [],
        "ﾀｶﾊｼ": [daughter, father],  # in the order of their readings
        "タカハシ アオイ": [daughter],
        "たかはし　けんいち": [father],
        "高橋葵": [daughter],
        "髙橋": [father, daughter],
        "鈴木": [],
    }.items():
        assert rows_of(client.post(LIST, {"words": words})) == found, words


def test_a_person_is_found_by_numbers_on_paper_and_by_birth(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, "00", "01")
    father = named(household, "00", "髙橋　健一", "ﾀｶﾊｼ ｹﾝｲﾁ")
    daughter = named(household, "01", "SMITH　ANN", "ｽﾐｽ ｱﾝ")
    InsuredPerson.objects.filter(pk=daughter.pk).update(birth_date=date(2001, 2, 3))
    a_household(campaign, "00")
    envelope = post(pack_and_plan(campaign)).envelopes.get(household=household)
    Envelope.objects.filter(pk=envelope.pk).update(tracking_no="13112383852")
    client = client_as(Role.INQUIRY)
    serial = daughter.certificates.get().serial
    for words, found in {
        grouped(envelope.piece_no): [father, daughter],
        envelope.piece_no: [father, daughter],
        "131-12-38385-2": [father, daughter],
        serial.lower(): [daughter],
        "2001-02-03": [daughter],
        "平成13年2月3日": [daughter],
        "H13.2.3 smith": [daughter],
        "ｽﾐｽ　2001/2/3": [daughter],
        "スミス 2001/2/4": [],
        "131-12-38385-3": [],
        "482913055178": [],
    }.items():
        assert rows_of(client.post(LIST, {"words": words})) == found, words
    by_symbol = rows_of(client.post(LIST, {"words": household.symbol}))
    assert set(by_symbol) >= {father, daughter}


def test_a_search_shows_numbers_and_births_covered(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, "00")
    Household.objects.filter(pk=household.pk).update(number="1234567")
    page = client_as(Role.INQUIRY).post(LIST, {"words": f"{household.symbol} 1234567"})
    assert f"{household.symbol}・＊＊＊＊＊67-00 昭和55年＊月＊日" in text_of(page)
    assert "1234567" not in text_of(page)


def test_a_search_is_logged_without_its_words(client_as: ClientAs, campaign: Campaign) -> None:
    client = client_as(Role.INQUIRY)
    answer = client.post(LIST, {"words": "髙橋"})
    assert "髙橋" not in answer.request["QUERY_STRING"]
    log = AccessLog.objects.values_list("user", "action", "screen", "subject", "reason").get()
    assert log == (client.staff.pk, "search", "person-list", "", "")


def test_everybody_a_search_shows_is_logged(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, "00", "01")
    client_as(Role.INQUIRY).post(LIST, {"words": f"{household.symbol} {household.number}"})
    shown = [str(person.public_id) for person in household.people.order_by("edaban")]
    assert list(AccessLog.objects.order_by("pk").values_list("subject", flat=True)) == ["", *shown]


def test_people_of_other_branches_and_the_nondisclosed_are_nowhere(
    client_as: ClientAs, campaign: Campaign
) -> None:
    theirs = a_household(campaign, "00", branch="27").people.get()
    home = a_household(campaign, "00", "01", branch="13")
    hidden = home.people.get(edaban="00")
    InsuredPerson.objects.filter(pk=home.people.get(edaban="01").pk).update(nondisclosure=True)
    tokyo, everywhere = client_as(Role.INQUIRY, branch_code="13"), client_as(Role.SUPERVISOR)
    assert [tokyo.get(detail(person)).status_code for person in (theirs, hidden)] == [404, 404]
    assert rows_of(tokyo.post(LIST, {"words": f"{home.symbol} {home.number}"})) == []
    assert [everywhere.get(detail(person)).status_code for person in (theirs, hidden)] == [200, 200]


def test_a_page_explains_why_somebody_is_a_target_or_not(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, "00", "01")
    target, other = household.people.order_by("edaban")
    InsuredPerson.objects.filter(pk=other.pk).update(decided_on=date(2024, 12, 5))
    reasons = ["no_old_card", "decided_after_cutoff", "myna_usable", "lost"]
    Selection.objects.filter(pk=other.pk).update(outcome="excluded", reasons=reasons)
    client = client_as(Role.INQUIRY)
    assert client.get(detail(target)).context["explanations"] == [
        "令和7年4月30日時点でマイナ保険証により資格を確認できない方のため、申請によらず資格確認書を作成します。"
    ]
    assert client.get(detail(other)).context["explanations"] == [
        "健康保険証をお持ちでないため、一括発行の対象になりません（資格確認書はすでに交付されています）。",
        "資格取得等の決定日（令和6年12月5日）が期限（令和6年11月29日）より後のため、一括発行の対象になりません。",
        "令和7年4月30日時点でマイナ保険証により資格を確認できるため、資格確認書は作成しません。",
        "資格を喪失しているため、資格確認書は作成しません。",
    ]


def test_day_labourers_and_held_people_have_their_explanation(
    client_as: ClientAs, campaign: Campaign
) -> None:
    person = a_household(campaign, "00", held=True).people.get()
    client = client_as(Role.SUPERVISOR)
    [sentence] = client.get(detail(person)).context["explanations"]
    assert sentence.startswith("世帯に不開示の申出があるため")
    Selection.objects.update(outcome="excluded", reasons=["day_labourer"])
    [sentence] = client.get(detail(person)).context["explanations"]
    assert sentence.startswith("法第3条第2項被保険者")


def test_somebody_not_judged_yet_waits(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, targets=False, employer=an_employer())
    page = client_as(Role.INQUIRY).get(detail(household.people.get()))
    assert page.context["explanations"] == []
    assert "まだ判定していません。" in text_of(page)
    assert [str(entry.title) for entry in page.context["timeline"]] == ["加入者ファイルを取り込みました"]


def test_the_page_tells_the_whole_story_and_the_look_is_logged(
    client_as: ClientAs, campaign: Campaign
) -> None:
    household = a_household(campaign, "00", employer=an_employer())
    batch = post(pack_and_plan(campaign))
    piece = batch.envelopes.get().piece_no
    desk = staff(Role.RETURNS)
    record_return(
        campaign=campaign, scanned=piece, reason="moved", returned_on=date(2025, 8, 9), by=desk, at=MORNING
    )
    person = household.people.get()
    lose(person)
    client = client_as(Role.INQUIRY)
    page = client.get(detail(person))
    serial = person.certificates.get().serial
    assert sorted(str(entry.title) for entry in page.context["timeline"]) == sorted(
        [
            "加入者ファイルを取り込みました",
            "判定（枝番 00）：対象",
            "資格喪失の届出を取り込みました（枝番 00）",
            "資格確認書を作成しました（枝番 00）",
            f"封筒 {grouped(piece)}（個人宛）に入りました",
            f"印刷バッチ {batch.number}：承認待ち",
            f"印刷バッチ {batch.number}：承認済み",
            f"封筒 {grouped(piece)}（個人宛）：印刷引渡し済み",
            f"封筒 {grouped(piece)}（個人宛）：封入済み",
            f"封筒 {grouped(piece)}（個人宛）：差出済み",
            f"封筒 {grouped(piece)} が還付されました",
        ]
    )
    told = {str(entry.title): entry for entry in page.context["timeline"]}
    assert told["資格確認書を作成しました（枝番 00）"].detail == serial
    assert told[f"印刷バッチ {batch.number}：承認済み"].who == staff_name(batch.approved_by)
    log = AccessLog.objects.values_list("user", "action", "screen", "subject").get()
    assert log == (client.staff.pk, "view", "person-detail", str(person.public_id))


def test_the_family_is_shown_beside(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, "00", "01")
    a_person(a_household(campaign, "00"), "05")
    page = client_as(Role.INQUIRY).get(detail(household.people.get(edaban="01")))
    assert [row.record.edaban for row in page.context["family"].rows] == ["00", "01"]
