"""What the code on a tray's label says."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# As `ReturnTray.code` writes it, after what a reader may put before the data (`]Q1`).
_LABEL = re.compile(r"(?:\][A-Z][0-9A-Z])?TR-([A-Za-z0-9][A-Za-z0-9_-]*)-([0-9]{6,9})", re.ASCII)


class TrayLabel(NamedTuple):
    """A tray: the code of its campaign and its number there."""

    campaign_code: str
    number: int


def tray_in(scanned: str) -> TrayLabel | None:
    """The tray whose label was scanned or typed, full-width or not; None where it is no label."""
    found = _LABEL.fullmatch(unicodedata.normalize("NFKC", scanned).strip())
    return TrayLabel(found[1], int(found[2])) if found else None
