from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from backoffice import listing
from backoffice.filters import FilterForm
from backoffice.models import AccessLog, User
from backoffice.roles import Role
from tests.factories.backoffice import UserFactory
from tests.page_text import rows_of, text_of

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from tests.conftest import ClientAs

pytestmark = pytest.mark.urls("tests.backoffice.recipe_urls")
LIST = "/recipe/"


def names(response: object) -> list[str]:
    return [user.username for user in rows_of(response)]


@pytest.mark.parametrize(("rows", "queries"), [(1, 4), (2, 4), (3, 5)])
def test_list_page_needs_the_same_queries_for_one_and_two_rows_and_counts_once_for_several_pages(
    client_as: ClientAs, django_assert_num_queries: DjangoAssertNumQueries, rows: int, queries: int
) -> None:
    client = client_as(Role.CLERK)
    UserFactory.create_batch(rows - 1)
    with django_assert_num_queries(queries):  # session, user, rows, campaign
        client.get(LIST)


def test_list_page_is_cut_into_pages(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK, username="a")
    for username in "bcde":
        UserFactory.create(username=username)
    pages = [client.get(LIST, {"page": number}) for number in ("1", "2", "3")]
    assert [names(page) for page in pages] == [["a", "b"], ["c", "d"], ["e"]]
    shown = [page.context["page"] for page in pages]
    assert [(page.first, page.last, page.has_previous, page.has_next) for page in shown] == [
        (1, 2, False, True),
        (3, 4, True, True),
        (5, 5, True, False),
    ]
    assert "3〜4件目を表示（全5件）" in text_of(pages[1])


def test_pages_are_turned_from_row_to_row_forwards_and_back(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK, username="a")
    for username in "cdegh":
        UserFactory.create(username=username)
    first = client.get(LIST)
    second = client.get(LIST, {"page": first.context["page"].next})
    UserFactory.create(username="b")  # a row more before it moves nothing
    third = client.get(LIST, {"page": second.context["page"].next})
    assert [names(page) for page in (first, second, third)] == [["a", "c"], ["d", "e"], ["g", "h"]]
    assert (third.context["page"].number, third.context["page"].has_next) == (3, False)
    back = client.get(LIST, {"page": third.context["page"].previous})
    assert (names(back), back.context["page"].number) == (["d", "e"], 2)
    assert names(client.get(LIST, {"page": back.context["page"].previous})) == ["a", "b"]
    assert f'href="?page={second.context["page"].next}"' in second.content.decode()


def test_a_page_whose_first_row_is_gone_is_found_by_its_number(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK, username="a")
    for username in "bcde":
        UserFactory.create(username=username)
    turn = client.get(LIST).context["page"].next
    User.objects.filter(username="b").delete()
    assert names(client.get(LIST, {"page": turn})) == ["d", "e"]
    last = client.get(LIST, {"page": "2"}).context["page"].next
    User.objects.filter(username__in="cd").delete()
    User.objects.filter(username="e").update(username="e")
    assert names(client.get(LIST, {"page": last})) == ["a", "e"]


def test_turning_costs_one_query_forwards_and_two_back(
    client_as: ClientAs, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_as(Role.CLERK, username="a")
    for username in "bcdefg":
        UserFactory.create(username=username)
    second = client.get(LIST, {"page": "2"}).context["page"]
    with django_assert_num_queries(6):  # session, user, place, rows, count, campaign
        third = client.get(LIST, {"page": second.next}).context["page"]
    with django_assert_num_queries(
        8
    ):  # session, user, place, the page's beginning, its place, rows, count, campaign
        client.get(LIST, {"page": third.previous})


def test_a_long_list_is_not_counted_to_its_end(client_as: ClientAs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "COUNTED_UP_TO", 3)
    client = client_as(Role.CLERK, username="a")
    for username in "bcde":
        UserFactory.create(username=username)
    assert "1〜2件目を表示（全3件以上）" in text_of(client.get(LIST))


@pytest.mark.parametrize("page", ["0", "-1", "９", "x", "99999999", ""])
def test_impossible_page_is_the_first(client_as: ClientAs, page: str) -> None:
    assert names(client_as(Role.CLERK, username="a").get(LIST, {"page": page})) == ["a"]


def test_whole_list_on_one_page_says_how_many_there_are(client_as: ClientAs) -> None:
    assert "1〜1件目を表示（全1件）" in text_of(client_as(Role.CLERK).get(LIST))


def test_total_comes_from_who_keeps_it(client_as: ClientAs) -> None:
    assert "1〜1件目を表示（全1,000件）" in text_of(client_as(Role.CLERK).get("/recipe/counted/"))


def test_sorting_keeps_the_other_words_of_the_address_and_drops_the_page(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK, username="a")
    UserFactory.create(username="b")
    page = client.get(LIST, {"sort": "-username", "page": "1", "other": "x"})
    assert names(page) == ["b", "a"]
    assert 'aria-sort="descending"' in page.content.decode()
    assert 'href="?sort=username&amp;other=x"' in page.content.decode()


def test_column_that_does_not_say_so_is_not_sorted_by(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK, username="a")
    UserFactory.create(username="b")
    assert names(client.get(LIST, {"sort": "-pk"})) == ["a", "b"]


def test_staff_of_a_branch_see_that_branch_only(client_as: ClientAs) -> None:
    UserFactory.create(username="b", branch_code="27")
    assert names(client_as(Role.CLERK, username="a", branch_code="13").get(LIST)) == ["a"]


def test_results_alone_are_answered_to_htmx(client_as: ClientAs) -> None:
    body = client_as(Role.CLERK).get(LIST, headers={"HX-Target": "results"}).content.decode()
    assert body.strip().startswith('<div id="results"')


def test_cells_show_days_numbers_and_moments(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK, username="a", date_joined=datetime(2025, 7, 20, 15, 0, tzinfo=UTC))
    User.objects.filter(pk=client.staff.pk).update(last_login=datetime(2025, 7, 21, 5, 3, tzinfo=UTC))
    page = client.get(LIST)
    assert f" a {client.staff.pk:,} 令和7年7月21日 2025-07-21 2025-07-21 14:03 — " in text_of(page)
    assert f'<a href="/recipe/{client.staff.pk}/">a</a>' in page.content.decode()
    assert "全職員 12,345 先月より" in text_of(page)


def test_get_list_refuses_a_post(client_as: ClientAs) -> None:
    assert client_as(Role.CLERK).post(LIST).status_code == 405


def test_search_by_post_lists_nothing_before_a_search(client_as: ClientAs) -> None:
    page = client_as(Role.CLERK).get("/recipe/search/", {"name": "佐藤"})
    assert (names(page), AccessLog.objects.count()) == ([], 0)
    assert "上の欄に入力して検索してください。" in text_of(page)


def test_search_by_post_finds_and_is_written_to_the_access_log(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK, username="a", last_name="佐藤")
    UserFactory.create(username="b", last_name="髙橋")
    page = client.post("/recipe/search/", {"name": "髙橋"})
    assert names(page) == ["b"]
    assert list(AccessLog.objects.values_list("action", "screen", "subject")) == [("search", "recipe", "")]
    assert "髙橋" not in page.request["QUERY_STRING"]


def test_search_by_post_turns_pages_by_post(client_as: ClientAs) -> None:
    client = client_as(Role.CLERK, username="a")
    UserFactory.create(username="b")
    UserFactory.create(username="c")
    page = client.post("/recipe/search/", {"name": "佐藤", "page": "2"})
    assert names(page) == ["b"]
    buttons = [line.strip() for line in page.content.decode().splitlines() if 'name="page"' in line]
    assert [("前へ" in button, "次へ" in button) for button in buttons] == [(True, False), (False, True)]
    assert "?sort=" not in page.content.decode()


def test_broken_search_by_post_lists_nothing_and_is_not_logged(client_as: ClientAs) -> None:
    page = client_as(Role.CLERK).post("/recipe/search/", {"name": "123456"})
    assert (names(page), AccessLog.objects.count()) == ([], 0)
    assert page.context["filter_is_broken"]


def test_filter_form_asks_for_its_own_rule() -> None:
    with pytest.raises(NotImplementedError):
        FilterForm({}).apply(User.objects.none())
