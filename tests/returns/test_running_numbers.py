from __future__ import annotations

from threading import Thread

import pytest

from returns.services.running_numbers import RunningNumbers


class Broken(Exception):
    """What a part has failed with."""


def test_each_part_is_told_the_last_numbers_before_its_own() -> None:
    numbers = RunningNumbers(certificates=100, envelopes=10, parts=3)
    assert numbers.take(0, 7, 3) == (100, 10)
    numbers.takes_none(1)
    assert numbers.take(2, 1, 1) == (107, 13)


def test_a_part_waits_until_every_earlier_one_has_said_how_many_it_makes() -> None:
    numbers = RunningNumbers(certificates=0, envelopes=0, parts=3)
    told: list[tuple[int, int]] = []
    last = Thread(target=lambda: told.append(numbers.take(2, 1, 1)))
    last.start()
    numbers.take(0, 5, 2)
    last.join(0.2)
    assert told == []
    numbers.take(1, 4, 1)
    last.join(30)
    assert told == [(9, 3)]


def test_what_a_part_has_said_stays_when_it_has_made_it() -> None:
    numbers = RunningNumbers(certificates=0, envelopes=0, parts=2)
    numbers.take(0, 5, 2)
    numbers.takes_none(0)
    assert numbers.take(1, 1, 1) == (5, 2)


def test_nobody_waits_for_a_part_that_has_failed() -> None:
    numbers = RunningNumbers(certificates=0, envelopes=0, parts=2)
    first = Broken()
    numbers.give_up(first)
    numbers.give_up(ValueError())
    with pytest.raises(Broken) as raised:
        numbers.take(1, 1, 1)
    assert raised.value is first
