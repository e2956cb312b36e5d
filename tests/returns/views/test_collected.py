from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from backoffice.masking import covered_number
from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from issuance.models import Certificate
from japan.piece_number import grouped
from returns.models import CollectedCard
from tests.factories.mailing import a_household, lose
from tests.factories.returns import post_all
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from tests.conftest import ClientAs, StaffClient

LIST, COLLECT = reverse("returns:collected-list"), reverse("returns:card-collect")
PILE, SEARCH = reverse("returns:cards-collect"), reverse("returns:card-search")


def collect(client: StaffClient, serial: str) -> list[str]:
    entries = {"serial": serial, "reason": "lost", "collected_on": "2025-09-03", "sure": serial}
    return messages_of(client.post(COLLECT, entries, follow=True))


def test_who_may_collect_cards(client_as: ClientAs, campaign: Campaign) -> None:
    assert_only(client_as, LIST, Permission.COLLECT_CARDS)
    assert_only(client_as, COLLECT, Permission.COLLECT_CARDS)
    assert_only(client_as, COLLECT, Permission.COLLECT_CARDS, "post")
    for url in (PILE, SEARCH):
        assert_only(client_as, url, Permission.COLLECT_CARDS)
        assert_only(client_as, url, Permission.COLLECT_CARDS, "post")


@pytest.mark.parametrize("cards", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_three_cards(
    client_as: ClientAs, campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries, cards: int
) -> None:
    a_household(campaign, *[f"{place:02d}" for place in range(cards)])
    post_all(campaign)
    client = client_as(Role.CLERK)
    for certificate in Certificate.objects.all():
        collect(client, certificate.serial)
    with django_assert_num_queries(5):  # session, user, campaign of the rows and of the header, rows
        page = client.get(LIST)
    assert len(rows_of(page)) == cards


def test_a_card_of_a_leaver_is_collected(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, "00")
    post_all(campaign)
    lose(household.people.get())
    certificate = Certificate.objects.get()
    client = client_as(Role.RETURNS)
    assert collect(client, certificate.serial) == ["返納を記録しました。"]
    certificate.refresh_from_db()
    assert (certificate.state, certificate.void_cause) == ("void", "collected")


def test_a_card_without_a_loss_on_file_asks_to_look_again(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    post_all(campaign)
    assert collect(client_as(Role.RETURNS), Certificate.objects.get().serial) == [
        "返納を記録しました。この方には資格喪失の登録がありません。内容をご確認ください。"
    ]


@pytest.mark.parametrize(
    ("serial", "told"),
    [
        ("C000000000000", "この証番号の資格確認書はありません。"),
        ("C12", "証番号を正しく読み取れませんでした。もう一度読み取ってください。"),
    ],
)
def test_a_card_that_is_none_is_refused_in_place(
    client_as: ClientAs, campaign: Campaign, serial: str, told: str
) -> None:
    answer = client_as(Role.RETURNS).post(
        COLLECT, {"serial": serial, "reason": "lost", "collected_on": "2025-09-03"}
    )
    assert answer.context["form"].non_field_errors() == [told]
    assert text_of(answer).count(told) == 1
    assert CollectedCard.objects.count() == 0


def test_a_card_is_collected_once(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    post_all(campaign)
    client, serial = client_as(Role.RETURNS), Certificate.objects.get().serial
    collect(client, serial)
    again = client.post(COLLECT, {"serial": serial, "reason": "lost", "collected_on": "2025-09-03"})
    assert again.context["form"].non_field_errors() == [
        "この資格確認書は、すでに返納として記録されています。"
    ]
    assert CollectedCard.objects.count() == 1


def test_an_incomplete_form_records_nothing(client_as: ClientAs, campaign: Campaign) -> None:
    answer = client_as(Role.RETURNS).post(COLLECT, {"serial": "", "reason": "bored", "collected_on": "x"})
    assert list(answer.context["form"].errors) == ["serial", "reason", "collected_on"]
    assert CollectedCard.objects.count() == 0


def test_the_form_begins_with_today(client_as: ClientAs, campaign: Campaign) -> None:
    form = client_as(Role.RETURNS).get(COLLECT).context["form"]
    assert form.initial == {"collected_on": timezone.localdate()}


def test_the_list_is_the_readers_branch_newest_first(client_as: ClientAs, campaign: Campaign) -> None:
    for branch in ("13", "13", "27"):
        a_household(campaign, "00", branch=branch)
    post_all(campaign)
    client = client_as(Role.RETURNS)
    for certificate in Certificate.objects.order_by("pk"):
        collect(client, certificate.serial)
    first, second, osaka = CollectedCard.objects.order_by("pk")
    lists = [
        rows_of(client_as(Role.RETURNS, branch_code=branch).get(LIST)) for branch in ("", "13", "27", "01")
    ]
    assert lists == [[osaka, second, first], [second, first], [osaka], []]


def test_the_list_says_whose_loss_is_not_on_file(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, "00")
    a_household(campaign, "00")
    post_all(campaign)
    lose(household.people.get())
    client = client_as(Role.RETURNS)
    for certificate in Certificate.objects.all():
        collect(client, certificate.serial)
    text = text_of(client.get(LIST))
    assert (text.count("登録あり"), text.count("登録なし（要確認）")) == (1, 1)


def test_an_empty_list_says_what_to_do(client_as: ClientAs, campaign: Campaign) -> None:
    page = client_as(Role.RETURNS).get(LIST)
    assert text_of(page).count("返納された資格確認書はまだありません") == 1
    assert [link.url for link in page.context["links"]] == [PILE, SEARCH, COLLECT]


def test_a_pile_is_recorded_and_what_was_refused_stays_in_the_field(
    client_as: ClientAs, campaign: Campaign
) -> None:
    a_household(campaign, "00", "01")
    post_all(campaign)
    first, second = Certificate.objects.order_by("pk").values_list("serial", flat=True)
    client, rest = client_as(Role.RETURNS), {"reason": "lost", "collected_on": "2025-09-03"}
    page = client.post(PILE, {"serials": f"{first}\r\n\r\nC12\r\n{first}", "sure": first, **rest})
    assert messages_of(page) == ["1枚の返納を記録しました。うち資格喪失の登録がないもの 1枚。"]
    form = page.context["form"]
    assert form.non_field_errors() == [
        "C12：証番号を正しく読み取れませんでした。もう一度読み取ってください。"
    ]
    assert form["serials"].value() == "C12"
    only_bad = client.post(PILE, {"serials": "C12", **rest})
    assert (messages_of(only_bad), only_bad.status_code) == ([], 200)
    done = client.post(PILE, {"serials": second, "sure": second, **rest}, follow=True)
    assert messages_of(done) == ["1枚の返納を記録しました。うち資格喪失の登録がないもの 1枚。"]
    assert CollectedCard.objects.count() == 2


def test_a_valid_card_without_a_loss_is_recorded_once_it_was_looked_at(
    client_as: ClientAs, campaign: Campaign
) -> None:
    household = a_household(campaign, "00", "01")
    (envelope,) = post_all(campaign)
    first, other = Certificate.objects.order_by("pk")
    person = household.people.get(edaban="00")
    client, rest = client_as(Role.RETURNS), {"reason": "other", "collected_on": "2025-09-03"}
    page = client.post(COLLECT, {"serial": first.serial, **rest})
    asked = page.context["form"]
    assert "記録すると無効になり、元に戻せません" in asked.non_field_errors()[0]
    assert asked.fields["sure"].widget.choices == [
        (first.serial, f"{first.serial}　{person.name_print}　封筒 {grouped(envelope.piece_no)}")
    ]
    assert f'type="checkbox" name="sure" value="{first.serial}"' in page.content.decode()
    log = AccessLog.objects.filter(screen="card-collect").order_by("pk").values_list("subject", flat=True)
    assert list(log) == ["", str(person.public_id)]
    # a tick means the card it stands beside, not whichever number is in the field by then
    client.post(COLLECT, {"serial": other.serial, "sure": first.serial, **rest})
    assert (CollectedCard.objects.count(), Certificate.objects.filter(state="live").count()) == (0, 2)
    told = messages_of(
        client.post(COLLECT, {"serial": first.serial, "sure": first.serial, **rest}, follow=True)
    )
    assert told == ["返納を記録しました。この方には資格喪失の登録がありません。内容をご確認ください。"]
    assert [card.certificate for card in CollectedCard.objects.all()] == [first]


def test_in_a_pile_only_valid_cards_without_a_loss_are_asked_for(
    client_as: ClientAs, campaign: Campaign
) -> None:
    household = a_household(campaign, "00", "01", "02")
    post_all(campaign)
    lose(household.people.get(edaban="02"))
    one, two, lost = Certificate.objects.order_by("pk").values_list("serial", flat=True)
    client, rest = client_as(Role.RETURNS), {"reason": "lost", "collected_on": "2025-09-03"}
    page = client.post(PILE, {"serials": f"{one}\n{two}\n{lost}\nC12", **rest})
    assert messages_of(page) == ["1枚の返納を記録しました。うち資格喪失の登録がないもの 0枚。"]
    form = page.context["form"]
    assert form["serials"].value() == f"{one}\n{two}\nC12"
    assert [len(form.non_field_errors()), len(form.fields["sure"].widget.choices)] == [2, 2]
    page = client.post(PILE, {"serials": f"{one}\n{two}", "sure": two, **rest})
    assert messages_of(page) == ["1枚の返納を記録しました。うち資格喪失の登録がないもの 1枚。"]
    assert (page.context["form"]["serials"].value(), Certificate.objects.get(state="live").serial) == (
        one,
        one,
    )


def test_whose_card_it_is_is_said_to_those_who_may_know(client_as: ClientAs, campaign: Campaign) -> None:
    hidden = a_household(campaign, "00")
    a_household(campaign, "00", branch="27")
    post_all(campaign)
    hidden.people.update(nondisclosure=True)
    tokyo, rest = client_as(Role.RETURNS, branch_code="13"), {"reason": "lost", "collected_on": "2025-09-03"}
    for card in Certificate.objects.all():
        page = tokyo.post(COLLECT, {"serial": card.serial, **rest})
        assert text_of(page).count("氏名を表示できない方（不開示または他支部）") == 1
        assert text_of(page).count(card.person.name_print) == 0
    assert set(AccessLog.objects.filter(screen="card-collect").values_list("subject", flat=True)) == {""}


def test_a_card_is_found_by_its_holder_and_its_number_filled_in(
    client_as: ClientAs, campaign: Campaign
) -> None:
    household = a_household(campaign, "00")
    a_household(campaign, "00", branch="27")
    post_all(campaign)
    card = Certificate.objects.get(person__household=household)
    client = client_as(Role.RETURNS, branch_code="13")
    assert text_of(client.get(SEARCH)).count("記号・番号か氏名で検索してください。") == 1
    page = client.post(SEARCH, {"words": f"{household.symbol} {household.number}"})
    assert rows_of(page) == [card]
    assert text_of(page).count(f"{household.symbol}・{covered_number(household.number)}-00") == 1
    assert page.content.decode().count(f'href="{COLLECT}?serial={card.serial}"') == 1
    assert client.get(COLLECT, {"serial": card.serial}).context["form"]["serial"].value() == card.serial
    assert rows_of(client.post(SEARCH, {"words": "佐藤"})) == [card]
    log = AccessLog.objects.order_by("pk").values_list("action", "screen", "subject")
    shown = [("search", "card-search", subject) for subject in ("", str(card.person.public_id))]
    assert list(log) == shown * 2


def test_the_question_of_a_card_is_listed_and_answered(client_as: ClientAs, campaign: Campaign) -> None:
    household = a_household(campaign, "00", "01")
    post_all(campaign)
    lose(household.people.get(edaban="01"))
    client = client_as(Role.RETURNS)
    for certificate in Certificate.objects.all():
        collect(client, certificate.serial)
    asked = CollectedCard.objects.get(loss_on_file=False)
    assert rows_of(client.get(LIST, {"question": "open"})) == [asked]
    url, answer = (
        reverse(f"returns:collected-{name}", kwargs={"public_id": asked.public_id})
        for name in ("detail", "answer")
    )
    page = client.get(url)
    assert [str(action.label) for action in page.context["actions"]] == ["確認の結果を記録する"]
    facts = {str(fact.label): fact.value for fact in page.context["facts"]}
    assert (facts["資格喪失の登録（返納のとき）"], facts["確認の結果"]) == ("なし", "")
    told = client.post(answer, {"answer": "退職の届出待ち"}, follow=True)
    assert (messages_of(told), told.context["actions"]) == (["確認の結果を記録しました。"], [])
    assert rows_of(client.get(LIST, {"question": "open"})) == []
    assert text_of(client.get(LIST)).count("確認済み") == 1
    assert_only(client_as, url, Permission.COLLECT_CARDS)
    assert_only(client_as, answer, Permission.COLLECT_CARDS, "post")
    assert client_as(Role.RETURNS, branch_code="27").get(url).status_code == 404
    other = CollectedCard.objects.get(loss_on_file=True)
    settled = client.get(reverse("returns:collected-detail", kwargs={"public_id": other.public_id}))
    assert settled.context["actions"] == []
