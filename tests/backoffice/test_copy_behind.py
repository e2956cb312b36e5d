from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import connection, transaction

from backoffice.file_intake.copy_behind import MOST_WAITING, copy_behind

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db
_COPY = "COPY copied (place, said) FROM STDIN"


@pytest.fixture(autouse=True)
def _table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE copied (id bigserial, place integer, said text)")


def _stored() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, said FROM copied ORDER BY id")
        return list(cursor.fetchall())


def test_everything_is_stored_in_its_order() -> None:
    with connection.cursor() as cursor, copy_behind(cursor, _COPY) as write:
        for place in range(10 * MOST_WAITING):
            write(f"{place}\t{'髙' * 10_000}\n")
    assert [place for place, _said in _stored()] == list(range(10 * MOST_WAITING))


def test_what_the_server_refuses_is_raised() -> None:
    with pytest.raises(psycopg.DataError):
        _copied("no number\tx\n")
    assert _stored() == []


def test_an_error_of_the_writer_stores_nothing() -> None:
    with pytest.raises(KeyError):
        _copied("1\tx\n", error=KeyError())
    assert _stored() == []
    _copied("2\ty\n")
    assert _stored() == [(2, "y")]


def test_nothing_is_not_handed_over() -> None:
    # A million rows that are judged one by one would be a million waits for the thread.
    sent: list[str | memoryview] = []

    class Cursor:
        @contextmanager
        def copy(self, _statement: str) -> Iterator[Any]:
            yield SimpleNamespace(write=sent.append)

    with copy_behind(Cursor(), _COPY) as write:
        for text in ("", memoryview(b""), "1\tx\n", ""):
            write(text)
    assert sent == ["1\tx\n"]


@transaction.atomic
def _copied(text: str, *, error: Exception | None = None) -> None:
    with connection.cursor() as cursor, copy_behind(cursor, _COPY) as write:
        write(text)
        if error:
            raise error
