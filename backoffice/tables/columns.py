"""Columns that look the same wherever they appear."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import get_script_prefix, reverse
from django.utils.html import format_html
from django_tables2 import A, Column

from backoffice.templatetags.backoffice import badge, iso, moment, number, wareki
from backoffice.tones import tone_of

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

_NOBODY = str(UUID(int=0))


class LinkColumn(Column):
    """Leads to the page `url_name`; `key` is the URL's argument and the attribute it is taken from."""

    def __init__(self, url_name: str, *, key: str = "public_id", source: str = "", **extra: Any) -> None:
        super().__init__(**extra)
        self.link = Way(url_name, key=key, source=A(source or key))


class Way:
    """Puts a cell's content into a link to the page of its record."""

    def __init__(self, url_name: str, *, key: str, source: A) -> None:
        self._url_name = url_name
        self._key = key
        self._source = source

    def __call__(self, content: object, *, record: Any, **_cell: Any) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.address(self._source.resolve(record)), content)

    def address(self, value: object) -> str:
        """The address of a record. Where records are known by random ids, all addresses differ by them alone."""
        if isinstance(value, UUID):
            return _address(self._url_name, self._key, get_script_prefix()).replace(_NOBODY, str(value))
        return reverse(self._url_name, kwargs={self._key: value})


@cache
def _address(url_name: str, key: str, _prefix: str) -> str:
    return reverse(url_name, kwargs={key: _NOBODY})


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
