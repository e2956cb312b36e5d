"""Unique among some rows, in an index of all of them."""

from __future__ import annotations

from django.db.models import BigIntegerField, Case, F, Q, Value, When


def alone_while(condition: Q) -> Case:
    """The last expression of a unique constraint: rows that meet the condition are 0, each other row is its own id, and so meets none.

    A unique index with a condition would promise the same, but finds only the rows that meet it; the others then need an index of
    their own, and each is paid for at every move of a row.
    """
    return Case(When(condition, then=Value(0)), default=F("id"), output_field=BigIntegerField())
