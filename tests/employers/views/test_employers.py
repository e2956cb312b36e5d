from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.http import QueryDict
from django.urls import reverse

from backoffice.list_files import ListFile, list_at
from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from employers.models import EmployerReject, TargetList, TargetListLine
from issuance.models import InsuredPerson
from japan.names import name_search_key
from japan.piece_number import grouped
from mailing.models import Envelope
from returns.services import reroute
from tests.factories.backoffice import MORNING
from tests.factories.employers import BranchFactory, EmployerFactory, EmployerImportFactory
from tests.factories.mailing import a_campaign, a_household, an_employer
from tests.factories.returns import CUTOFF, come_back, post_all
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
        ({"words": wanted.symbol.translate(str.maketrans("0123456789", "０１２３４５６７８９"))}, [wanted]),
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


def a_list(employer: Employer, version: int = 1) -> TargetList:
    made = TargetList.objects.create(
        campaign_code="R7",
        employer=employer,
        version=version,
        as_of="2025-04-30",
        published_at=MORNING,
        line_count=1,
        card_count=3,
    )
    made.refresh_from_db()
    TargetListLine.objects.create(
        target_list=made, position=1, number="1234567", insured_name=f"山田　太郎{version}", card_count=3
    )
    return made


def test_every_version_of_a_list_stays_readable_and_the_look_is_logged(client_as: ClientAs, db: None) -> None:
    employer = EmployerFactory.create(branch=BranchFactory.create(code="13"))
    first, second = a_list(employer), a_list(employer, version=2)
    client = client_as(Role.INQUIRY, branch_code="13")
    for one in (first, second):
        url = reverse("employers:target-list", kwargs={"public_id": one.public_id})
        assert_only(client_as, url, Permission.VIEW_EMPLOYERS)
        assert url in client.get(detail(employer)).content.decode()
        page = text_of(client.get(url))
        assert f"（第{one.version}版、2025-04-30 時点）" in page
        assert f"＊＊＊＊＊67 山田 太郎{one.version} 3" in page
        assert "1234567" not in page
        assert AccessLog.objects.filter(screen="target-list", subject=str(one.public_id)).exists()
        assert client_as(Role.INQUIRY, branch_code="27").get(url).status_code == 404


def test_the_file_of_a_list_has_the_whole_numbers(client_as: ClientAs, db: None) -> None:
    made = a_list(EmployerFactory.create())
    reader = client_as(Role.CLERK).staff
    address = reverse("employers:target-list", kwargs={"public_id": made.public_id})
    file = ListFile(list_at(address, reader=reader), QueryDict())
    assert (file.header, list(file.rows())) == (
        ["順", "番号", "被保険者氏名", "枚数"],
        [["1", "1234567", "山田　太郎1", "3"]],
    )


def test_an_employer_shows_its_envelopes_and_whose_came_back(client_as: ClientAs, db: None) -> None:
    campaign, employer, other = a_campaign(), an_employer(), an_employer()
    a_household(campaign, "00", employer=employer)
    a_household(campaign, "00", employer=other)
    for envelope in post_all(campaign):
        come_back(envelope, "moved")
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    client = client_as(Role.INQUIRY)
    page = client.get(detail(employer))
    sections = [[[cell.text for cell in row] for row in section.rows] for section in page.context["sections"]]
    number = Envelope.objects.get(kind="employer", employer=employer).piece_no
    assert sections == [
        [[grouped(number), "事業所宛", "作成予定", "1", "—"]],
        [["佐藤　太郎", "2025-09-03", "転居先不明", "事業所宛に再作成"]],
    ]
    person = InsuredPerson.objects.get(household__employer=employer)
    assert reverse("issuance:person-detail", kwargs={"public_id": person.public_id}) in page.content.decode()
    seen = AccessLog.objects.filter(user=client.staff).values_list("screen", "subject")
    assert set(seen) == {
        ("employer-detail", str(employer.public_id)),
        ("employer-detail", str(person.public_id)),
    }


def test_an_employers_page_names_nobody_of_a_hidden_household_to_those_who_may_not_know(
    client_as: ClientAs, db: None
) -> None:
    campaign, employer = a_campaign(), an_employer()
    a_household(campaign, "00", employer=employer)
    come_back(post_all(campaign)[0])
    InsuredPerson.objects.update(nondisclosure=True)
    names = {
        role: [len(section.rows) for section in client_as(role).get(detail(employer)).context["sections"]]
        for role in (Role.INQUIRY, Role.SUPERVISOR)
    }
    assert names == {Role.INQUIRY: [0, 0], Role.SUPERVISOR: [0, 1]}


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
