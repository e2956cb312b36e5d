"""The blanks people leave around a value: ASCII and ideographic space only (interfaces.md §1)."""

from __future__ import annotations

BLANKS = " \u3000"


def trim(text: str) -> str:
    """The text without surrounding ASCII and ideographic spaces; nothing else is taken away."""
    return text.strip(BLANKS)
