"""郵便番号: seven digits (domain.md §3.8, interfaces.md §1)."""

from __future__ import annotations

import re

_WRITTEN = re.compile(r"([0-9]{3})-?([0-9]{4})", re.ASCII)


def parse_postal_code(text: str) -> str | None:
    """Seven digits from `1000013` or `100-0013`; nothing if it is neither."""
    found = _WRITTEN.fullmatch(text)
    return found[1] + found[2] if found else None


def is_representative(code: str) -> bool:
    """Codes ending in 00 mean "not listed"; no customer barcode is printed for them (domain.md §4.1)."""
    return code.endswith("00")


def format_postal_code(code: str) -> str:
    """As printed: `〒100-0013`."""
    return f"〒{code[:3]}-{code[3:]}"
