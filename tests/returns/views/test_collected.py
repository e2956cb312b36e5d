from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.roles import Permission, Role
from issuance.models import Certificate
from returns.models import CollectedCard
from tests.factories.mailing import a_campaign, a_household, lose
from tests.factories.returns import post_all
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from issuance.models import Campaign
    from tests.conftest import ClientAs, StaffClient

LIST, COLLECT = reverse("returns:collected-list"), reverse("returns:card-collect")


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


def collect(client: StaffClient, serial: str) -> list[str]:
    entries = {"serial": serial, "reason": "lost", "collected_on": "2025-09-03"}
    return messages_of(client.post(COLLECT, entries, follow=True))


def test_who_may_collect_cards(client_as: ClientAs, campaign: Campaign) -> None:
    assert_only(client_as, LIST, Permission.COLLECT_CARDS)
    assert_only(client_as, COLLECT, Permission.COLLECT_CARDS)
    assert_only(client_as, COLLECT, Permission.COLLECT_CARDS, "post")


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
    assert certificate.state == "void"
    assert rows_of(client_as(Role.RETURNS, branch_code="27").get(LIST)) == []


def test_a_card_without_a_loss_on_file_asks_to_look_again(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    post_all(campaign)
    [told] = collect(client_as(Role.RETURNS), Certificate.objects.get().serial)
    assert "資格喪失の登録がありません" in told


def test_an_unknown_card_is_refused_in_place(client_as: ClientAs, campaign: Campaign) -> None:
    entries = {"serial": "C000000000000", "reason": "lost", "collected_on": "2025-09-03"}
    answer = client_as(Role.RETURNS).post(COLLECT, entries)
    assert (answer.status_code, CollectedCard.objects.count()) == (200, 0)
    assert answer.context["form"].non_field_errors()


def test_an_empty_list_says_what_to_do(client_as: ClientAs, campaign: Campaign) -> None:
    assert "返納された資格確認書はまだありません" in text_of(client_as(Role.RETURNS).get(LIST))
