"""The one table component of the house."""

from __future__ import annotations

import django_tables2


class BaseTable(django_tables2.Table):
    """A table in the house's dress.

    Columns cannot be sorted unless they say so (`orderable=True` with an `order_by` that ends in `pk`):
    sorting twelve million rows by a column without an index is not a service to anybody.
    """

    class Meta:
        template_name = "partials/_table.html"
        orderable = False
        default = "—"
        attrs = {"class": "table"}
