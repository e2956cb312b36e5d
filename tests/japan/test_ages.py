from datetime import date

import pytest

from japan.ages import day_before_75th, is_under_75, seventy_fifth_birthday


@pytest.mark.parametrize(
    ("birth", "birthday", "last_day"),
    [
        (date(1950, 5, 1), date(2025, 5, 1), date(2025, 4, 30)),
        (date(1951, 1, 1), date(2026, 1, 1), date(2025, 12, 31)),
        (date(1953, 3, 1), date(2028, 3, 1), date(2028, 2, 29)),
        (date(1952, 2, 28), date(2027, 2, 28), date(2027, 2, 27)),
        (date(1952, 2, 29), date(2027, 3, 1), date(2027, 2, 28)),
        (date(1952, 3, 1), date(2027, 3, 1), date(2027, 2, 28)),
    ],
)
def test_membership_ends_the_day_before_the_75th_birthday(
    birth: date, birthday: date, last_day: date
) -> None:
    assert (seventy_fifth_birthday(birth), day_before_75th(birth)) == (birthday, last_day)


@pytest.mark.parametrize(
    ("birth", "on", "under"),
    [
        (date(1950, 5, 1), date(2025, 4, 30), True),
        (date(1950, 4, 30), date(2025, 4, 30), False),
        (date(1952, 2, 29), date(2027, 2, 28), True),
        (date(1952, 2, 29), date(2027, 3, 1), False),
        (date.max, date(2025, 4, 30), True),
        (date.min, date(2025, 4, 30), False),
        (date(2025, 1, 1), date.min, True),
    ],
)
def test_is_under_75_until_the_birthday(birth: date, on: date, under: bool) -> None:
    assert is_under_75(birth, on) is under


@pytest.mark.parametrize("birth", [date.max, date(9924 + 4, 2, 29)])
def test_a_birthday_beyond_the_calendar_is_an_error(birth: date) -> None:
    with pytest.raises(ValueError, match="year"):
        seventy_fifth_birthday(birth)
