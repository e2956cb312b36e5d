"""What a sheet's 2D code says besides the piece number."""

from __future__ import annotations

import re
import unicodedata

_MAKE = re.compile(r"T1\|[0-9 -]{12,16}\|([0-9]{1,4})\|", re.ASCII)


def make_in(scanned: str) -> int | None:
    """The make number in a scanned sheet code (`T1|482913055178|2|1/1|3`), full-width or not; None where only the number
    itself was read or typed: then nobody can tell which make it is."""
    found = _MAKE.search(unicodedata.normalize("NFKC", scanned))
    return int(found[1]) if found else None
