"""Beginnings of names as ranges: what begins with `p` lies from `p` up to, but not including, the text after all of them.

A range on a column of collation C is one walk along its index, whatever the beginning; `LIKE` is not: its range is far
too wide for beginnings that end in a byte BF (タ), and a prepared one walks the whole index (docs/performance.md).
"""

from __future__ import annotations

from django.db.models import Q

_LAST, _BEFORE_SURROGATES, _AFTER_SURROGATES = 0x10FFFF, 0xD7FF, 0xE000


def text_after(beginning: str) -> str | None:
    """The first text, in the order of code points, that is greater than everything with this beginning; None: there is
    none."""
    kept = beginning.rstrip(chr(_LAST))
    if not kept:
        return None
    last = ord(kept[-1])
    return kept[:-1] + chr(_AFTER_SURROGATES if last == _BEFORE_SURROGATES else last + 1)


def begins_with(column: str, beginning: str) -> Q:
    """The condition that a column of collation C begins so."""
    after = text_after(beginning)
    condition = Q(**{f"{column}__gte": beginning})
    return condition if after is None else condition & Q(**{f"{column}__lt": after})
