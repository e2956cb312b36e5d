"""The branches as a filter bar offers them."""

from __future__ import annotations

from japan.insurer_number import branch_name
from japan.prefectures import PREFECTURES


def branch_choices() -> list[tuple[str, str]]:
    """(code, name) of every branch in the order of the codes."""
    return [(code, branch_name(code)) for code in PREFECTURES]
