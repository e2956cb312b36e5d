"""Pages that begin behind a row instead of behind so many rows: the thousandth page costs what the first costs.

The row is named by its key alone; where it stands in the order is asked of the database, so that no name gets into an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import F, Model, Q
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.db.models.lookups import IsNull

if TYPE_CHECKING:
    from django.db.models import QuerySet

Row = TypeVar("Row", bound=Model)
_TURN = re.compile(r"([1-9][0-9]{0,6})(?:([ab])([0-9]{1,18}))?", re.ASCII)
_NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Turn:
    """Which page is wanted: by its number, and where somebody turned to it, after or before which row.

    As a text `3a812` (the third page, which begins after row 812), `2b763` (the second, which ends before row 763), or `3`.
    """

    number: int = 1
    after: int | None = None
    before: int | None = None

    @classmethod
    def of(cls, text: str) -> Turn:
        """What was asked for; anything else is the first page."""
        found = _TURN.fullmatch(text)
        if not found:
            return cls()
        number, way, key = found.groups()
        return cls(int(number), int(key) if way == "a" else None, int(key) if way == "b" else None)


@dataclass(frozen=True)
class _Key:
    """One column of the order."""

    path: str
    descending: bool
    may_be_empty: bool

    def beyond(self, value: Any) -> Q:
        """What comes behind this value; PostgreSQL has empty ones last, and first where it goes down."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if self.descending else _NOTHING
        if self.descending:
            return Q(**{f"{self.path}__lt": value})
        condition = Q(**{f"{self.path}__gt": value})
        return condition | Q(**{f"{self.path}__isnull": True}) if self.may_be_empty else condition

    def same(self, value: Any) -> Q:
        """What has this very value."""
        return Q(**{f"{self.path}__isnull": True} if value is None else {self.path: value})


def rows_behind(rows: QuerySet[Row], key: int) -> QuerySet[Row] | None:
    """The ordered rows that come after the row of this key; None where it is not, or no longer, among them."""
    keys = _keys_of(rows)
    place = rows.order_by().filter(pk=key).values_list(*(one.path for one in keys)).first()
    return None if place is None else rows.filter(_behind(keys, place))


def first_before(rows: QuerySet[Row], key: int, size: int) -> QuerySet[Row] | None:
    """The ordered rows from `size` rows before the row of this key on; all of them where there are no more before it, None where
    that row is not, or no longer, among them.
    """
    earlier = rows_behind(rows.reverse(), key)
    if earlier is None:
        return None
    last = list(earlier.values_list("pk", flat=True)[size : size + 1])
    return rows_behind(rows, last[0]) if last else rows


def _keys_of(rows: QuerySet[Any]) -> list[_Key]:
    """The columns of the order, which ends in the primary key and names every column by its path."""
    turned = not rows.query.standard_ordering
    keys = []
    for name in rows.query.order_by:
        assert isinstance(name, str)
        path = name.removeprefix("-")
        keys.append(_Key(path, name.startswith("-") is not turned, _may_be_empty(rows, path)))
    return keys


def _may_be_empty(rows: QuerySet[Any], path: str) -> bool:
    """Whether a column, here or reached over others, can be NULL."""
    if path in map(_given, rows.query.where.children):
        return False
    if path in rows.query.annotations:
        return bool(rows.query.annotations[path].output_field.null)
    meta, fields = rows.model._meta, []
    for name in path.split(LOOKUP_SEP):
        field = meta.pk if name == "pk" else meta.get_field(name)
        fields.append(field)
        meta = field.related_model._meta if field.related_model else meta
    return any(getattr(field, "null", True) for field in fields)


def _given(condition: Any) -> str:
    """The column that has a value in every row a condition lets through; empty where the condition is another."""
    return condition.lhs.target.name if isinstance(condition, IsNull) and condition.rhs is False else ""


def _behind(keys: list[_Key], place: tuple[Any, ...]) -> Q | TupleGreaterThan | TupleLessThan:
    """The condition of coming after a place in the order."""
    ways = {key.descending for key in keys}
    if len(ways) == 1 and not any(key.may_be_empty for key in keys):
        # All columns compared as one, so that an index is entered at the very place.
        comparison = TupleLessThan if keys[0].descending else TupleGreaterThan
        return comparison(Tuple(*(F(key.path) for key in keys)), place)
    condition, same = _NOTHING, Q()
    for key, value in zip(keys, place, strict=True):
        condition |= same & key.beyond(value)
        same &= key.same(value)
    return condition
