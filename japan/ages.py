"""Age 75, at which health insurance membership ends (domain.md §2, §3.4)."""

from __future__ import annotations

from datetime import date, timedelta

_AGE = 75


def seventy_fifth_birthday(birth: date) -> date:
    """The day on which somebody born on `birth` turns 75 and moves to 後期高齢者医療.

    The one place where domain.md's open question about 29 February is decided: a year of age is full at the
    end of the day before the birthday (年齢計算ニ関スル法律), and where that month has no such day, at the
    end of the month (民法 143条2項). Somebody born on 1952-02-29 is therefore insured to 2027-02-28 and
    turns 75 on 2027-03-01.

    :raises ValueError: the birthday lies beyond the year 9999.
    """
    year = birth.year + _AGE
    if (birth.month, birth.day) == (2, 29):
        # 75 is odd: the 75th year after a leap year is never one.
        return date(year, 3, 1)
    return birth.replace(year=year)


def day_before_75th(birth: date) -> date:
    """The last day of membership: the day before the 75th birthday.

    :raises ValueError: as `seventy_fifth_birthday`.
    """
    return seventy_fifth_birthday(birth) - timedelta(days=1)


def is_under_75(birth: date, on: date) -> bool:
    """Whether somebody born on `birth` has not yet turned 75 on the day `on`, for any two days."""
    return (on.year - _AGE, on.month, on.day) < (birth.year, birth.month, birth.day)
