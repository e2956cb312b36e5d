"""Drawing the cells of a column one after another, which a list does fifty times over while somebody waits at the telephone.

What is the same for all of them is found out once: how the value is reached, whether it has a word to show, what the renderer takes.
The outcome is the library's own (`BoundRow.get_cell`), which finds all of it out again for every cell.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html
from django_tables2.utils import A, signature

if TYPE_CHECKING:
    from collections.abc import Hashable

    from django_tables2.columns import BoundColumn
    from django_tables2.rows import BoundRow

    from backoffice.tables.base import BaseTable

_NOT_THERE = (AttributeError, LookupError, ObjectDoesNotExist, TypeError, ValueError)


class Cells:
    """The cells of one column of a table, each drawn from its row as HTML."""

    def __init__(self, column: BoundColumn, table: BaseTable) -> None:
        self._column = column
        self._table = table
        self._accessor = A(column.accessor)
        self._names, self._takes_all = signature(column.render)
        self._opening = format_html(
            '<td {} role="cell" data-label="{}">', column.attrs["td"].as_html(), str(column.header)
        )
        self._reach = attrgetter(self._accessor.replace(A.SEPARATOR, "."))
        self._asked: dict[type, str] = {}
        self._words: dict[tuple[type, Hashable], str] = {}

    def cell(self, row: BoundRow) -> str:
        """The cell of a row, its content escaped."""
        return f"{self._opening}{conditional_escape(localize(self._content(row)))}</td>"

    def _content(self, row: BoundRow) -> Any:
        column, value = self._column, self._value(row.record)
        if value in column.column.empty_values:
            return column.default
        given = {
            "value": value,
            "record": row.record,
            "column": column.column,
            "bound_column": column,
            "bound_row": row,
            "table": self._table,
        }
        content = column.render(**(given if self._takes_all else {name: given[name] for name in self._names}))
        return column.link(content, **given) if column.link else content

    def _value(self, record: Any) -> Any:
        """What the accessor leads to, or nothing where it leads nowhere; of a field with choices the word."""
        try:
            value = self._reach(record)
            if value is not None and (says := self._says(type(record))):
                return self._word(value, says, record)
            return self._accessor.resolve(record) if callable(value) else value
        except _NOT_THERE:
            return self._looked_up(record)

    def _looked_up(self, record: Any) -> Any:
        """The same of a record that is no object with attributes, such as a dict."""
        try:
            return self._accessor.resolve(record)
        except _NOT_THERE:
            return None

    def _word(self, value: Hashable, says: str, record: Any) -> str:
        of_its_kind = type(record), value  # two entities may have another word for the same state
        if of_its_kind not in self._words:
            self._words[of_its_kind] = str(attrgetter(says)(record)())
        return self._words[of_its_kind]

    def _says(self, kind: type) -> str:
        """Where records of a kind are asked for the word of their value, if it has choices."""
        if kind not in self._asked:
            field = self._accessor.get_field(kind)
            *before, last = self._accessor.bits
            has_words = bool(getattr(field, "choices", ()))
            self._asked[kind] = ".".join([*before, f"get_{last}_display"]) if has_words else ""
        return self._asked[kind]
