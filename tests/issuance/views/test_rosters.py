from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from issuance.models import InsuredPerson, RosterImport
from tests.factories.issuance import CampaignFactory
from tests.issuance.roster_files import person, take_in, take_in_employer
from tests.page_text import messages_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import DjangoAssertNumQueries

    from tests.conftest import ClientAs


@pytest.fixture
def roster(db: None, tmp_path: Path) -> RosterImport:
    """Of a campaign that asks for a second person, with another campaign before it."""
    earlier, later = CampaignFactory.create(), CampaignFactory.create(accept_rosters=True)
    take_in_employer(tmp_path, earlier)
    take_in(tmp_path, earlier, person(), person(number="2"), person(number="3"))
    moved = person(number="2", address2="転居先", name="移田　住子")
    return take_in(tmp_path, later, person(), moved, person(number="4"), person(number="5", edaban="x"))


def url(roster: RosterImport, name: str, **more: str) -> str:
    return reverse(f"issuance:{name}", kwargs={"public_id": roster.public_id, **more})


def names(response: object) -> list[str]:
    return [row.household.number for row in rows_of(response)]


def test_who_may_look_and_who_may_decide(client_as: ClientAs, roster: RosterImport) -> None:
    assert_only(client_as, url(roster, "roster-changes", what="new"), Permission.VIEW_IMPORTS)
    assert_only(client_as, url(roster, "roster-accept"), Permission.ACCEPT_FILES, "post")
    assert_only(client_as, url(roster, "roster-refuse"), Permission.ACCEPT_FILES, "post")


def test_the_page_shows_what_has_changed_since_the_campaign_before(
    client_as: ClientAs, roster: RosterImport
) -> None:
    page = client_as(Role.CLERK).get(url(roster, "roster-import-detail"))
    assert [(str(tile.label), tile.value) for tile in page.context["tiles"]] == [
        ("前回もあった世帯", 2),
        ("新しい世帯", 1),
        ("なくなった世帯", 1),
        ("住所が変わった世帯", 1),
    ]
    assert "承認待ち" in text_of(page)
    assert page.context["actions"] == []


@pytest.mark.parametrize(("what", "numbers"), [("new", ["4"]), ("gone", ["3"]), ("moved", ["2"])])
def test_each_number_has_its_list_and_whom_it_shows_is_logged(
    client_as: ClientAs, roster: RosterImport, what: str, numbers: list[str]
) -> None:
    client = client_as(Role.CLERK, Role.SUPERVISOR)
    assert names(client.get(url(roster, "roster-changes", what=what))) == numbers
    logged = AccessLog.objects.filter(screen="roster-changes").values_list("subject", flat=True)
    shown = InsuredPerson.objects.filter(household__number__in=numbers).values_list("public_id", flat=True)
    assert str(roster.public_id) in logged
    assert set(logged) & {str(one) for one in shown}


@pytest.mark.parametrize("what", ["kept", "else"])
def test_there_is_no_other_list(client_as: ClientAs, roster: RosterImport, what: str) -> None:
    assert client_as(Role.CLERK).get(url(roster, "roster-changes", what=what)).status_code == 404


def test_another_branch_sees_none_of_these_people(client_as: ClientAs, roster: RosterImport) -> None:
    client = client_as(Role.CLERK, branch_code="27")
    assert names(client.get(url(roster, "roster-changes", what="new"))) == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number(
    client_as: ClientAs, tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    earlier, later = CampaignFactory.create(), CampaignFactory.create()
    take_in_employer(tmp_path, earlier)
    take_in(tmp_path, earlier, person(number="99"))
    roster = take_in(tmp_path, later, *(person(number=str(number)) for number in range(1, count + 1)))
    client = client_as(Role.CLERK)
    with django_assert_num_queries(7):  # session, user, file, campaign before, rows, access log, campaign
        client.get(url(roster, "roster-changes", what="new"))


def test_a_second_person_accepts(client_as: ClientAs, roster: RosterImport) -> None:
    client = client_as(Role.SUPERVISOR)
    page = text_of(client.get(reverse("issuance:selection-summary")))
    assert "承認を待っている加入者ファイルが1件あります。" in page
    told = messages_of(client.post(url(roster, "roster-accept"), follow=True))
    assert told == ["取込を承認しました。対象者判定に進めます。"]
    page = text_of(client.get(reverse("issuance:selection-summary")))
    assert "まだ判定していない方がいます。" in page
    assert "承認を待っている" not in page


def test_a_second_person_refuses(client_as: ClientAs, roster: RosterImport) -> None:
    client = client_as(Role.SUPERVISOR)
    told = messages_of(client.post(url(roster, "roster-refuse"), {"reason": "前月分"}, follow=True))
    assert told == ["取込を取り下げ、3人を取り除きました。"]
    page = text_of(client.get(url(roster, "roster-import-detail")))
    assert "取下げの理由 前月分" in page


def test_who_brought_it_finds_the_button_explained(client_as: ClientAs, roster: RosterImport) -> None:
    client = client_as(Role.SUPERVISOR)
    RosterImport.objects.filter(pk=roster.pk).update(imported_by=client.staff)
    page = client.get(url(roster, "roster-import-detail"))
    assert "取り込んだ本人は承認できません。" in text_of(page)


def test_without_a_campaign_before_there_is_nothing_to_compare(client_as: ClientAs, tmp_path: Path) -> None:
    campaign = CampaignFactory.create()
    take_in_employer(tmp_path, campaign)
    roster = take_in(tmp_path, campaign, person())
    client = client_as(Role.CLERK)
    page = text_of(client.get(url(roster, "roster-import-detail")))
    assert "比較できる前回の一括発行はありません。" in page
    assert client.get(url(roster, "roster-changes", what="new")).status_code == 404
