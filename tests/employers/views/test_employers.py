from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.roles import Permission, Role
from employers.models import EmployerReject, TargetList
from japan.names import name_search_key
from tests.factories.backoffice import MORNING
from tests.factories.employers import BranchFactory, EmployerFactory, EmployerImportFactory
from tests.page_text import body_of, rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from employers.models import Employer
    from tests.conftest import ClientAs

LIST = reverse("employers:employer-list")


def detail(employer: Employer) -> str:
    return reverse("employers:employer-detail", kwargs={"public_id": employer.public_id})


def test_who_may_see_employers(client_as: ClientAs, db: None) -> None:
    assert_only(client_as, LIST, Permission.VIEW_EMPLOYERS)
    assert_only(client_as, detail(EmployerFactory.create()), Permission.VIEW_EMPLOYERS)


@pytest.mark.parametrize("employers", [1, 3])
def test_the_list_needs_the_same_queries_for_one_and_three_employers(
    client_as: ClientAs, django_assert_num_queries: DjangoAssertNumQueries, employers: int
) -> None:
    EmployerFactory.create_batch(employers)
    client = client_as(Role.INQUIRY)
    with django_assert_num_queries(4):  # session, user, rows, campaign of the header
        page = client.get(LIST)
    assert len(rows_of(page)) == employers


def test_employers_are_found_by_name_symbol_and_status(client_as: ClientAs, db: None) -> None:
    name = "株式会社髙島商事"
    wanted = EmployerFactory.create(name=name, name_key=name_search_key(name))
    ended = EmployerFactory.create(ended=True)
    client = client_as(Role.INQUIRY)
    for entries, found in (
        ({"words": "高島"}, [wanted]),
        ({"words": wanted.symbol}, [wanted]),
        ({"status": "2"}, [ended]),
        ({"words": "高島", "status": "2"}, []),
    ):
        assert rows_of(client.get(LIST, entries)) == found


def test_a_branch_knows_its_own_employers_only(client_as: ClientAs, db: None) -> None:
    theirs = EmployerFactory.create(branch=BranchFactory.create(code="27"))
    client = client_as(Role.INQUIRY, branch_code="13")
    assert rows_of(client.get(LIST)) == []
    assert client.get(detail(theirs)).status_code == 404


def test_an_empty_list_says_what_to_do(client_as: ClientAs, db: None) -> None:
    assert "「取込」で事業所ファイルを取り込むと、ここに表示されます。" in text_of(
        client_as(Role.CLERK).get(LIST)
    )


def test_an_employer_shows_its_lists(client_as: ClientAs, db: None) -> None:
    employer = EmployerFactory.create(address2="3階")
    client = client_as(Role.INQUIRY)
    assert "対象者一覧表はまだ作成されていません。" in text_of(client.get(detail(employer)))
    TargetList.objects.create(
        campaign_code="R7",
        employer=employer,
        as_of="2025-04-30",
        published_at=MORNING,
        line_count=2,
        card_count=3,
    )
    page = client.get(detail(employer))
    assert [row.record.card_count for row in page.context["lists"].rows] == [3]
    assert "東京都港区虎ノ門一丁目2番3号 3階" in text_of(page)


def test_an_employer_file_shows_its_rejects(client_as: ClientAs, db: None) -> None:
    record = EmployerImportFactory.create(rows=1, rejected=1)
    EmployerReject.objects.create(source=record, line=2, column="symbol", rule="symbol_format", message="x")
    keys = {"public_id": record.public_id}
    url, rejects = (
        reverse("employers:import-detail", kwargs=keys),
        reverse("employers:import-rejects", kwargs=keys),
    )
    assert_only(client_as, url, Permission.VIEW_IMPORTS)
    assert_only(client_as, rejects, Permission.VIEW_IMPORTS)
    page = client_as(Role.CLERK).get(url)
    assert ([row.rule for row in rows_of(page)], page.context["links"][0].url) == (["symbol_format"], rejects)
    content = body_of(client_as(Role.CLERK).get(rejects))
    assert content.decode().splitlines()[1] == "2,symbol,symbol_format,x"
