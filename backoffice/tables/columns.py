"""Columns that look the same wherever they appear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_tables2 import A, Column

from backoffice.templatetags.backoffice import badge, iso, moment, number, wareki
from backoffice.tones import tone_of

if TYPE_CHECKING:
    from django.utils.safestring import SafeString


class LinkColumn(Column):
    """Leads to the page `url_name`; `key` is the URL's argument and the attribute it is taken from."""

    def __init__(self, url_name: str, *, key: str = "public_id", source: str = "", **extra: Any) -> None:
        super().__init__(linkify=(url_name, {key: A(source or key)}), **extra)


class NumberColumn(Column):
    """A count: right aligned, thousands separated."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(attrs={"td": {"class": "num"}, "th": {"class": "num"}}, **extra)

    def render(self, value: int) -> str:
        return number(value)

    def value(self, value: int) -> str:
        """In a file a plain number."""
        return str(value)


class DateColumn(Column):
    """A day: 2025-07-21, or 令和7年7月21日 with `wareki=True`."""

    def __init__(self, *, wareki: bool = False, **extra: Any) -> None:
        super().__init__(attrs={"td": {"class": "day"}}, **extra)
        self.wareki = wareki

    def render(self, value: Any) -> str:
        return wareki(value) if self.wareki else iso(value)


class MomentColumn(Column):
    """A day and time in Japan: 2025-07-21 14:03."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(attrs={"td": {"class": "day"}}, **extra)

    def render(self, value: Any) -> str:
        return moment(value)


class StateColumn(Column):
    """A state as a badge with sign and word; django-tables2 gives the word, the row its value."""

    def render(self, value: Any, record: Any, bound_column: Any) -> SafeString:
        return badge(value, tone_of(A(bound_column.accessor).resolve(record)))
