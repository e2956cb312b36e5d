"""和暦: the eras, printing days in them, reading the date forms of the input files.

Sources: domain.md §3.8 (eras, era-code clash), interfaces.md §1 (the forms).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date


class DateError(ValueError):
    """A text that is no date of the documented forms; `rule` is a stable code, the message is for people."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Era:
    """An era with its first and last day, both included."""

    name: str
    letter: str
    first: date
    last: date


ERAS = (
    Era("大正", "T", date(1912, 7, 30), date(1926, 12, 24)),
    Era("昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    Era("平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    Era("令和", "R", date(2019, 5, 1), date.max),
)
_BY_MARK = {mark: era for era in ERAS for mark in (era.name, era.letter)}

_WESTERN = (
    re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII),
    re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII),
    re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})", re.ASCII),
)
_LETTER = re.compile(r"([TSHR])([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{1,2})", re.ASCII)
_KANJI = re.compile(r"(大正|昭和|平成|令和)([0-9]{1,2}|元)年([0-9]{1,2})月([0-9]{1,2})日", re.ASCII)
# 5-R070430, 5-070430, 9070430: the same code digit means 昭和 in one table and 令和 in another.
_ERA_CODE = re.compile(r"[0-9]-?[A-Z]?[0-9]{6}", re.ASCII)

_FORMS_ALLOWED = (
    "日付は 20250430、2025-04-30、2025/4/30、R7.4.30、令和7年4月30日 のいずれかの形で記入してください。"
)
_ERA_CODE_REFUSED = "元号コード付きの日付（5-R070430 など）は、元号の読み方が定まらないため受け付けません。"


def era_of(day: date) -> Era:
    """The era of a day.

    :raises DateError: `date_before_taisho` for days before 1912-07-30.
    """
    for era in ERAS:
        if era.first <= day <= era.last:
            return era
    raise DateError("date_before_taisho", "大正より前の日付は扱えません。")


def format_wareki(day: date) -> str:
    """A day as printed: `令和7年4月30日`; the first year of an era is 元年.

    :raises DateError: as `era_of`.
    """
    era = era_of(day)
    year = day.year - era.first.year + 1
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def parse_date(text: str) -> date:
    """The day written in one of the five documented forms, in ASCII digits; nothing is guessed.

    Every day it returns can be printed by `format_wareki`.

    :raises DateError: `date_era_code` for the ambiguous `5-R070430` form, `date_format` for any other form,
        `date_impossible` for a day that does not exist in the calendar or in its era (平成31年5月1日),
        `date_before_taisho` for a day before the eras known here.
    """
    for form in _WESTERN:
        if found := form.fullmatch(text):
            day = _day(int(found[1]), int(found[2]), int(found[3]))
            era_of(day)
            return day
    if found := _LETTER.fullmatch(text) or _KANJI.fullmatch(text):
        return _day_in_era(_BY_MARK[found[1]], found[2], int(found[3]), int(found[4]))
    if _ERA_CODE.fullmatch(text):
        raise DateError("date_era_code", _ERA_CODE_REFUSED)
    raise DateError("date_format", _FORMS_ALLOWED)


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DateError("date_impossible", "存在しない日付です。") from None


def _day_in_era(era: Era, year: str, month: int, day: int) -> date:
    number = 1 if year == "元" else int(year)
    found = _day(era.first.year + number - 1, month, day)
    if not era.first <= found <= era.last:
        raise DateError("date_impossible", f"{era.name}の期間にない日付です。")
    return found
