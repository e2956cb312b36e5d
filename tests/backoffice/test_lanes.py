from __future__ import annotations

from functools import partial
from threading import Barrier, Event
from typing import TYPE_CHECKING, NoReturn

import pytest
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext

from backoffice.lanes import apart, side_by_side
from backoffice.models import Job
from tests.factories.backoffice import MORNING, UserFactory

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)


class Broken(Exception):
    """What a part ends with."""


def made(subject: str) -> str:
    """A part that leaves a row behind."""
    return Job.objects.create(kind="part", subject=subject, created_at=MORNING).subject


def broken(subject: str) -> NoReturn:
    """A part that has made a row when it fails."""
    made(subject)
    raise Broken(subject)


def left() -> list[str]:
    return list(Job.objects.order_by("subject").values_list("subject", flat=True))


def test_parts_are_done_at_the_same_time_and_answer_in_their_order() -> None:
    both = Barrier(2, timeout=30)

    def meeting(subject: str) -> str:
        both.wait()
        return made(subject)

    heard: list[list[str]] = []
    parts = [partial(meeting, subject) for subject in "abcd"]
    assert side_by_side(parts, by=None, told=heard.append) == ["a", "b", "c", "d"]
    assert (left(), heard[-1]) == (["a", "b", "c", "d"], ["a", "b", "c", "d"])
    assert [len(results) for results in heard] == sorted(len(results) for results in heard)


def test_a_part_that_fails_leaves_nothing_and_no_other_is_begun() -> None:
    failed = Event()

    def failing() -> str:
        try:
            return broken("b")
        finally:
            failed.set()

    def slow() -> str:
        failed.wait(30)
        return made("a")

    parts: list[Callable[[], str]] = [slow, failing, *(partial(made, subject) for subject in "cdefgh")]
    with pytest.raises(Broken):
        side_by_side(parts, by=None)
    assert left()[:1] == ["a"]
    assert "b" not in left()
    assert "h" not in left()


def test_whoever_is_told_can_end_it_and_what_is_done_stays() -> None:
    def enough(results: list[str]) -> None:
        raise Broken(results[0])

    with pytest.raises(Broken):
        side_by_side([partial(made, subject) for subject in "abcdefgh"], by=None, told=enough)
    assert left()[:1] == ["a"]
    assert "h" not in left()


def test_a_part_speaks_the_language_and_acts_as_the_person_of_its_caller() -> None:
    def seen() -> tuple[str, str, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('todoke.staff'), current_setting('lock_timeout')")
            return (gettext("支部"), *cursor.fetchone())

    user = UserFactory.create()
    with translation.override("en"):
        assert side_by_side([seen], by=user) == [("Branch", str(user.pk), "1min")]


def test_what_is_done_apart_stays_whatever_becomes_of_the_callers_transaction() -> None:
    with transaction.atomic():
        assert apart(partial(made, "a"), by=None) == "a"
        made("b")
        transaction.set_rollback(True)
    assert left() == ["a"]
