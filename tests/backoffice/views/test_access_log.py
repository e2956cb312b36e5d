from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from backoffice.services.access_log import log_access
from tests.factories.backoffice import MORNING, AccessLogFactory, UserFactory
from tests.page_text import rows_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from tests.conftest import ClientAs

URL = "/access-log/"


def test_only_auditors_read_the_access_log(client_as: ClientAs) -> None:
    assert_only(client_as, URL, Permission.VIEW_AUDIT)


@pytest.mark.parametrize("rows", [1, 3])
def test_access_log_needs_the_same_queries_for_one_and_three_rows(
    client_as: ClientAs, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    client = client_as(Role.AUDITOR)
    AccessLogFactory.create_batch(rows)
    with django_assert_num_queries(4):  # session, user, rows, campaign
        response = client.get(URL)
    assert len(rows_of(response)) == rows


def test_access_log_says_who_did_what_when(client_as: ClientAs) -> None:
    client = client_as(Role.AUDITOR)
    log_access(
        user=UserFactory.create(username="sato"),
        action=AccessLog.Action.EXPORT,
        screen="ledger-export",
        subject="0100001",
        at=MORNING,
        reason="照合のため",
    )
    assert text_of(client.get(URL)).endswith(
        "2025-07-21 09:00 佐藤 健一（sato） 出力 ledger-export 0100001 照合のため"
    )


def test_empty_access_log_says_when_something_will_be_there(client_as: ClientAs) -> None:
    assert "記録はまだありません 職員が加入者や封筒の情報を" in text_of(client_as(Role.AUDITOR).get(URL))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"username": "sato"}, ["A"]),
        ({"action": "search"}, ["B"]),
        ({"subject": "A"}, ["A"]),
        ({"since": "2025-07-22"}, ["B"]),
        ({"until": "2025-07-21"}, ["A"]),
        ({"since": "2025-07-21", "until": "2025-07-22"}, ["B", "A"]),
        ({"since": "yesterday"}, []),
    ],
)
def test_access_log_filters(client_as: ClientAs, query: dict[str, str], found: list[str]) -> None:
    AccessLogFactory.create(subject="A", user=UserFactory.create(username="sato"))
    AccessLogFactory.create(subject="B", action=AccessLog.Action.SEARCH, at=MORNING + timedelta(days=1))
    response = client_as(Role.AUDITOR).get(URL, query)
    assert [line.subject for line in rows_of(response)] == found


def test_filter_that_finds_nothing_says_so(client_as: ClientAs) -> None:
    page = text_of(client_as(Role.AUDITOR).get(URL, {"subject": "none"}))
    assert "条件に合うものはありません 条件を変えるか、消してください。" in page


def test_broken_filter_says_so(client_as: ClientAs) -> None:
    page = text_of(client_as(Role.AUDITOR).get(URL, {"since": "yesterday"}))
    assert "入力に誤りがあります 条件の欄をご確認ください。 日付を正しく入力してください。" in page
