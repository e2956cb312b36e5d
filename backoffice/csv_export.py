"""Writing CSV files for people and other systems: every cell as text, formulas neutralised, one row at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutralised(cell: str) -> str:
    """The cell so that no spreadsheet runs it: an apostrophe before what would start a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a UTF-8 file with LF line ends and return the number of data rows.

    The file appears under its name only when it is complete.
    """
    unfinished = path.with_name(f".{path.name}.part")
    count = 0
    with unfinished.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for count, row in enumerate(rows, 1):  # noqa: B007 -- the last value is the number of rows
            writer.writerow([neutralised("" if cell is None else str(cell)) for cell in row])
    unfinished.replace(path)
    return count
