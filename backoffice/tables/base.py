"""The one table component of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_tables2
from django.utils.formats import localize
from django.utils.html import format_html_join
from django_tables2.rows import BoundRow
from django_tables2.utils import signature

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.utils.safestring import SafeString
    from django_stubs_ext import StrOrPromise


class BaseTable(django_tables2.Table):
    """A table in the house's dress.

    Columns cannot be sorted unless they say so (`orderable=True` with an `order_by` that ends in `pk`):
    sorting twelve million rows by a column without an index is not a service to anybody.
    """

    caption: StrOrPromise = ""
    # Only a list page can sort; the same table inside another page stands as it is.
    sortable = False
    # Columns that mean nothing in a file, such as boxes to tick.
    not_in_files: tuple[str, ...] = ()

    class Meta:
        template_name = "partials/_table.html"
        orderable = False
        default = "—"
        attrs = {"class": "table"}

    @property
    def lines(self) -> Iterator[SafeString]:
        """The cells of each row as HTML: of a column everything but the value is made once, which a template would make for every cell
        while somebody waits at the telephone.
        """
        columns = [(column.name, column.attrs["td"].as_html(), str(column.header)) for column in self.columns]
        taken = {column.name: signature(column.render) for column in self.columns}
        for row in self.paginated_rows:
            drawn = _Row(row.record, self, taken)
            cells = ((attrs, label, localize(drawn.get_cell(name))) for name, attrs, label in columns)
            yield format_html_join("", '<td {} role="cell" data-label="{}">{}</td>', cells)


class _Row(BoundRow):
    """A row that is told what each column's renderer takes: to find that out for every cell is an eighth of a page's time.

    `taken` gives by column the names of its arguments and, if it takes all there are, the name of those.
    """

    def __init__(
        self, record: object, table: BaseTable, taken: Mapping[str, tuple[Sequence[str], str | None]]
    ) -> None:
        super().__init__(record, table)
        self._taken = taken

    def _call_render(self, bound_column: Any, value: object = None) -> Any:
        given = self._optional_cell_arguments(bound_column, value)
        names, takes_all = self._taken[bound_column.name]
        content = bound_column.render(**(given if takes_all else {name: given[name] for name in names}))
        return bound_column.link(content, **given) if bound_column.link else content
