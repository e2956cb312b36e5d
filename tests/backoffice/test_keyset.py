from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db.models import F

from backoffice.keyset import Turn, first_before, rows_behind
from backoffice.models import AccessLog, User
from backoffice.services.access_log import log_access
from tests.factories.backoffice import MORNING, UserFactory

pytestmark = pytest.mark.django_db
ORDERS = [
    ("pk",),
    ("-pk",),
    ("last_name", "pk"),
    ("-last_name", "-pk"),
    ("last_name", "-pk"),
    ("last_login", "pk"),
    ("-last_login", "pk"),
    ("last_name", "-last_login", "pk"),
]


@pytest.mark.parametrize(
    ("text", "turn"),
    [
        ("", Turn()),
        ("3", Turn(3)),
        ("3a812", Turn(3, after=812)),
        ("2b763", Turn(2, before=763)),
        *(
            (text, Turn())
            for text in ("0", "-1", "x", "９", "3a", "3c1", "3a-1", "3a1\n", "99999999", "2b" + "9" * 19)
        ),
    ],
)
def test_a_turn_is_read_and_what_is_none_is_the_first_page(text: str, turn: Turn) -> None:
    assert Turn.of(text) == turn


def seven_users() -> None:
    for place, (name, since) in enumerate(
        [("佐藤", 1), ("佐藤", None), ("田中", 2), ("佐藤", 1), ("田中", None), ("佐藤", None), ("鈴木", 3)]
    ):
        moment = None if since is None else MORNING + timedelta(minutes=since)
        UserFactory.create(username=f"u{place}", last_name=name, last_login=moment)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 3])
def test_turning_forwards_and_back_shows_everybody_once_whatever_the_order(
    order: tuple[str, ...], size: int
) -> None:
    seven_users()
    rows = User.objects.order_by(*order)
    everybody = list(rows)
    pages = [everybody[:size]]
    for _turn in range(len(everybody) // size):
        behind = rows_behind(rows, pages[-1][-1].pk)
        assert behind is not None
        pages.append(list(behind[:size]))
    assert [one for page in pages for one in page] == everybody
    for before, page in pairwise(page for page in pages if page):
        earlier = first_before(rows, page[0].pk, size)
        assert earlier is not None
        assert list(earlier[:size]) == before


def test_fewer_rows_before_than_a_page_are_shown_from_the_first() -> None:
    seven_users()
    rows = User.objects.order_by("pk")
    third = rows[2].pk
    assert first_before(rows, third, 5) is rows


def test_a_row_that_is_no_longer_there_is_no_place() -> None:
    seven_users()
    gone = User.objects.order_by("pk")[3].pk
    rows = User.objects.exclude(pk=gone).order_by("last_name", "pk")
    assert rows_behind(rows, gone) is None
    assert first_before(rows, gone, 2) is None


def test_columns_of_others_and_columns_by_another_name_are_places_too() -> None:
    for name in ("b", "a", "c"):
        log_access(
            user=UserFactory.create(username=name), action=AccessLog.Action.SEARCH, screen="x", at=MORNING
        )
    rows = AccessLog.objects.annotate(who=F("user__username"))
    names = [row.user.username for row in rows.order_by("user__username", "pk")]
    assert names == ["a", "b", "c"]
    second = rows.get(who="b").pk
    for order in (("user__username", "pk"), ("who", "pk")):
        behind = rows_behind(rows.order_by(*order), second)
        assert behind is not None
        assert [row.user.username for row in behind] == ["c"]


def test_a_column_that_every_row_is_asked_to_have_is_compared_as_one_with_the_others() -> None:
    seven_users()
    rows = User.objects.filter(last_login__isnull=False).order_by("last_login", "pk")
    everybody = list(rows)
    behind = rows_behind(rows, everybody[1].pk)
    assert behind is not None
    assert list(behind) == everybody[2:]
    assert " OR " not in str(behind.query)
    assert " OR " in str(
        (rows_behind(User.objects.order_by("last_login", "pk"), everybody[1].pk) or rows).query
    )
