"""What is covered until somebody asks for it with a reason: the 番号 and the day of birth (domain.md §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import get_language

from japan.wareki import format_wareki

if TYPE_CHECKING:
    from datetime import date

COVER = "＊"


def covered_number(number: str) -> str:
    """All but the last two digits covered: two of one name are still told apart."""
    return COVER * max(len(number) - 2, 1) + number[-2:] if len(number) > 2 else COVER * len(number)


def covered_birth(day: date) -> str:
    """The year alone: 昭和55年＊月＊日, in English 1980-＊-＊."""
    if get_language() != settings.LANGUAGE_CODE:
        return f"{day.year}-{COVER}-{COVER}"
    year, _mark, _rest = format_wareki(day).partition("年")
    return f"{year}年{COVER}月{COVER}日"
