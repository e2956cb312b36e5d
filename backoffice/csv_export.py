"""CSV files for people and other systems: every cell as text, formulas neutralised, one row at a time."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutralised(cell: str) -> str:
    """The cell so that no spreadsheet runs it: an apostrophe before what would start a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a UTF-8 file with LF line ends and return the number of data rows.

    The file appears under its name only when it is complete; a file that stood there is replaced.

    :raises Refused: `unwritable_file` if there can be no such file.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        if path.is_dir():
            raise IsADirectoryError(path)
        file = unfinished.open("w", encoding="utf-8", newline="")
    except OSError:
        raise Refused(
            "unwritable_file", _("ファイル「%(file)s」に書き込めません。") % {"file": path}
        ) from None
    count = 0
    try:
        with file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            for row in rows:
                writer.writerow([neutralised("" if cell is None else str(cell)) for cell in row])
                count += 1
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count
