"""Cutting a block of lines into columns that are never Python objects (pyarrow), where that gives the same as cutting row by
row; any other block is left to `cutting`.

pyarrow takes a tenth of a second to load and tens of megabytes: only work on large files imports this module.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from backoffice.file_intake.parts import BrokenRow, Row, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from backoffice.file_intake.cutting import Cut
    from backoffice.file_intake.reader import Table

# A cell of so many bytes may be longer than what a row may hold in one cell: those blocks are cut row by row.
_MOST_CELL_BYTES = csv.field_size_limit()
# Blocks come and go: the system's own allocator gives back what pyarrow's would keep (20 MB).
pa.set_memory_pool(pa.system_memory_pool())


@dataclass(frozen=True, slots=True)
class Block:
    """Rows as columns: the line of each, by column name its cells as they stand in the file, and the rows that have too few
    or too many cells."""

    lines: pa.Int64Array
    cells: Mapping[str, pa.StringArray]
    broken: Sequence[BrokenRow]


def blocks_of(table: Table) -> Iterator[Block | Row | BrokenRow]:
    """Every row of a file in order, as many as possible at a time."""
    for part in table.parts(cut_whole):
        yield _as_block(part) if isinstance(part, Stretch) else part


def cut_whole(text: str, first: int, cut: Cut) -> Block | None:
    """The whole lines of a text, the first of which has the line number `first`; nothing where they need more care."""
    if "\0" in text or "\n\n" in text or "\n\r" in text or text[:1] in "\r\n\ufeff":
        return None
    if text.count("\r") != text.count("\r\n") or ('"' in text and not _plainly_quoted(text)):
        return None
    uncut = _Uncut(first, cut)
    columns = _parsed(text, cut, uncut)
    if columns is None or uncut.is_long:
        return None
    if any((pc.max(pc.binary_length(column)).as_py() or 0) > _MOST_CELL_BYTES for column in columns):
        return None
    return _numbered(first, text.count("\n") + (not text.endswith("\n")), columns, cut, uncut)


class _Uncut:
    """Collects the rows with too few or too many cells."""

    def __init__(self, first: int, cut: Cut) -> None:
        self._first = first
        self._cut = cut
        self.rows: list[BrokenRow] = []
        self.is_long = False

    def __call__(self, row: arrow_csv.InvalidRow) -> str:
        self.is_long |= len(row.text) > _MOST_CELL_BYTES
        self.rows.append(self._cut.uncountable(self._first + row.number - 1, row.actual_columns))
        return "skip"


def _plainly_quoted(text: str) -> bool:
    """Whether every quote opens or closes a whole cell, and no quoted cell holds a quote or a line break."""
    parts = text.split('"')
    if len(parts) % 2 == 0 or "\n" in "".join(parts[1::2]):
        return False
    head, tail = parts[0], parts[-1]
    if (head and head[-1] not in ",\n") or (tail and tail[0] not in ",\r\n"):
        return False
    between = set(parts[2:-1:2])
    return all(part and part[0] in ",\r\n" and part[-1] in ",\n" for part in between)


def _parsed(text: str, cut: Cut, uncut: _Uncut) -> list[pa.StringArray] | None:
    source = text.encode()
    names = list(map(str, range(cut.width)))
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(source),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, column_names=names, block_size=len(source) + 1
            ),
            parse_options=arrow_csv.ParseOptions(
                quote_char='"' if '"' in text else False, double_quote=False, invalid_row_handler=uncut
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None  # no row has the right number of cells
    return [column.combine_chunks() for column in table.columns]


def _numbered(first: int, lines: int, columns: list[pa.StringArray], cut: Cut, uncut: _Uncut) -> Block | None:
    left_out = {row.line for row in uncut.rows}
    numbers = [line for line in range(first, first + lines) if line not in left_out]
    if len(numbers) != len(columns[0]):
        return None
    empty = pa.array([""] * len(numbers), pa.string()) if cut.absent else None
    return Block(
        pa.array(numbers, pa.int64()),
        {**dict(zip(cut.order, columns, strict=True)), **dict.fromkeys(cut.absent, empty)},
        uncut.rows,
    )


def _as_block(stretch: Stretch) -> Block:
    cells = {name: pa.array(column, pa.string()) for name, column in stretch.cells.items()}
    return Block(pa.array(stretch.lines, pa.int64()), cells, stretch.broken)
