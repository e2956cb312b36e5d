"""A list page's rows for a file: the same rows, columns and order as on the screen, for the same reader."""

from __future__ import annotations

import html
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from backoffice.listing import ListPageView
from backoffice.refusal import Refused
from backoffice.tables import BaseTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backoffice.models import User

CHUNK = 2_000


def list_at(address: str, *, reader: User) -> ListPageView[Any]:
    """The list page at an address as this reader would open it.

    :raises Refused: `no_list`: nothing is listed there, or not for this reader.
    """
    try:
        found = resolve(address)
    except Resolver404:
        raise _no_list() from None
    view_class = getattr(found.func, "view_class", None)
    if not (view_class and issubclass(view_class, ListPageView) and reader.may(view_class.permission)):
        raise _no_list()
    request = HttpRequest()
    request.method, request.path = "POST" if view_class.by_post else "GET", address
    request.user = reader
    view: ListPageView[Any] = view_class()
    view.setup(request, *found.args, **found.kwargs)
    return view


class ListFile:
    """What stands in the file of one list.

    :raises Refused: `no_list`: the filter bar would not take what was entered, or the list is of something that is gone.
    """

    def __init__(self, view: ListPageView[Any], data: QueryDict) -> None:
        self._view = view
        try:
            self._form, rows = view.narrowed(data)
        except Http404:
            raise _no_list() from None
        if self._form is not None and not self._form.is_valid():
            raise Refused("no_list", _("一覧の条件を読み取れません。"))
        self._rows = view.ordered(rows, data)

    @cached_property
    def total(self) -> int:
        """How many rows there are; counted when somebody asks, by a worker then."""
        return self._rows.count()

    @property
    def header(self) -> list[str]:
        """The titles of the columns."""
        return next(self._lines([]))

    def rows(self) -> Iterator[list[str]]:
        """Every row as texts, read piece by piece; whom it shows is logged as it is on the screen."""
        left = self._rows.iterator(chunk_size=CHUNK)
        while records := list(islice(left, CHUNK)):
            self._view.taken_away(records, self._form)
            lines = self._lines(records)
            next(lines)
            yield from lines

    def _lines(self, records: list[Any]) -> Iterator[list[str]]:
        table = self._view.table_class(records)
        for line in table.as_values(exclude_columns=table.not_in_files):
            yield [_text(cell) for cell in line]


def _text(cell: object) -> str:
    if cell in (None, BaseTable.Meta.default):
        return ""
    return html.unescape(strip_tags(cell)).strip() if isinstance(cell, SafeString) else str(cell)


def _no_list() -> Refused:
    return Refused("no_list", _("この一覧は書き出せません。"))
