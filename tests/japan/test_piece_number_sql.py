from __future__ import annotations

from random import Random

import pytest
from django.db import DataError, connection, transaction

from japan.piece_number import (
    CARD_SHIFT,
    ENVELOPE_SHIFT,
    SQL_DROP_FUNCTIONS,
    SQL_FUNCTIONS,
    is_piece_number,
    piece_number,
)

pytestmark = pytest.mark.django_db

_LARGEST = 10**11 - 1


@pytest.fixture(autouse=True)
def _functions() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SQL_FUNCTIONS)


def _in_sql(inputs: list[tuple[int, int]]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT todoke_piece_number(running, shift) "
            "FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS given (running, shift, place) "
            "ORDER BY place",
            [[running for running, _ in inputs], [shift for _, shift in inputs]],
        )
        return [number for (number,) in cursor.fetchall()]


def test_sql_and_python_make_the_same_piece_numbers() -> None:
    random = Random(20250430)
    shifts = (0, 1, ENVELOPE_SHIFT, CARD_SHIFT, _LARGEST)
    edges = [(running, shift) for running in (0, 1, 10**9, _LARGEST) for shift in shifts]
    anything = [(random.randrange(10**11), random.randrange(10**11)) for _ in range(5_000)]
    inputs = edges + anything
    assert _in_sql(inputs) == [piece_number(running, shift=shift) for running, shift in inputs]


def test_sql_makes_different_valid_numbers_for_a_whole_batch() -> None:
    numbers = _in_sql([(10**9 + ordinal, ENVELOPE_SHIFT) for ordinal in range(20_000)])
    assert len(set(numbers)) == 20_000
    assert [number for number in numbers if not is_piece_number(number)] == []


@pytest.mark.parametrize(("running", "shift"), [(-1, 0), (10**11, 0), (0, -1), (0, 10**11)])
def test_sql_refuses_what_python_refuses(running: int, shift: int) -> None:
    with pytest.raises(DataError, match="out of range"), transaction.atomic():
        _in_sql([(running, shift)])


def test_the_function_is_dropped_again() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SQL_DROP_FUNCTIONS)
        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname = 'todoke_piece_number'")
        assert cursor.fetchone() == (0,)
