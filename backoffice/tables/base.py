"""The one table component of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_tables2
from django.utils.safestring import SafeString

from backoffice.tables.cells import Cells

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        """The cells of each row as HTML."""
        columns = [Cells(column, self) for column in self.columns]
        for row in self.paginated_rows:
            yield SafeString("".join([cells.cell(row) for cells in columns]))
