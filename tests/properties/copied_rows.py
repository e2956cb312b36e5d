"""Reading back what COPY is given, as PostgreSQL would."""

from __future__ import annotations

import uuid
from datetime import date
from itertools import compress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def rows_by_line(
    text: str, columns: Mapping[str, str], *, only: Sequence[bool] | None = None
) -> dict[int, dict[str, Any]]:
    """The typed values of each staged row under its line; `columns` are the staged columns with their SQL types, `only` says
    which rows are wanted."""
    found = {}
    lines = text.removesuffix("\n").split("\n")
    for line in compress(lines, only or [True] * len(lines)):
        number, *cells = line.split("\t")
        found[int(number)] = {
            name: _typed(columns[name], cell) for name, cell in zip(columns, cells, strict=True)
        }
    return found


def _typed(kind: str, cell: str) -> Any:
    if cell == "\\N":
        return None
    if kind == "boolean":
        return {"t": True, "f": False}[cell]
    return date.fromisoformat(cell) if kind == "date" else _unescaped(cell)


def _unescaped(cell: str) -> str:
    mark = uuid.uuid4().hex
    for written, meant in (("\\\\", mark), ("\\t", "\t"), ("\\n", "\n"), ("\\r", "\r")):
        cell = cell.replace(written, meant)
    assert "\\" not in cell
    return cell.replace(mark, "\\")
