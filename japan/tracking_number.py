"""引受番号: the tracking number of a recorded item, `ddd-dd-ddddd-c` (domain.md §4.2).

Numbers are used again over time: a number names an item only together with the day it was accepted.
"""

from __future__ import annotations

import re

_WRITTEN = re.compile(r"([0-9]{3})-?([0-9]{2})-?([0-9]{5})-?([0-9])", re.ASCII)


def parse_tracking_number(text: str) -> str | None:
    """The eleven digits, if the last one is the first ten modulo 7; else nothing."""
    found = _WRITTEN.fullmatch(text)
    if not found:
        return None
    ten, check = found[1] + found[2] + found[3], found[4]
    return ten + check if int(ten) % 7 == int(check) else None


def format_tracking_number(digits: str) -> str:
    """As printed: `131-12-38385-2`."""
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:10]}-{digits[10:]}"
