"""Judging a column of a block without making Python objects of its cells (pyarrow), with the very functions that judge a single
cell (`cells`).

A judged column is what COPY stages for each cell; a cell that is null is not vouched for, and its whole row is judged by itself.
Few different cells: each is judged once and remembered. Many: the characters and beginnings that occur are judged, and the
lengths compared; cells of a pattern are compared with the pattern itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from backoffice.file_intake.columnwise import BEGINNING, TO_ESCAPE, Found, Remembered
from japan.blanks import BLANKS

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from backoffice.file_intake.cells import Cells

_NOTHING = pa.scalar(None, pa.string())


def trimmed(column: pa.StringArray) -> pa.StringArray:
    """Every cell without surrounding blanks."""
    for blank in BLANKS:
        if pc.any(pc.or_(pc.starts_with(column, blank), pc.ends_with(column, blank))).as_py():
            return pc.utf8_trim(column, BLANKS)
    return column


class FewTexts:
    """Columns in which cells repeat: every different one is judged once."""

    def __init__(self, column: str, judge: Callable[[Cells], Any]) -> None:
        self._remembered = Remembered(column, judge)

    def column(self, cells: pa.StringArray) -> pa.StringArray:
        """Every cell of a column."""
        return replaced(cells, self._remembered.column)


class PatternTexts:
    """Columns whose cells are good exactly if they match a pattern; a cell that does not is not vouched for."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = rf"\A(?:{pattern.pattern})\z"

    def column(self, cells: pa.StringArray) -> pa.StringArray:
        """Every cell of a column."""
        cells = trimmed(cells)
        return pc.if_else(pc.match_substring_regex(cells, self._pattern), cells, _NOTHING)


class ManyTexts:
    """Columns in which nearly every cell is another: a cell is good if its length is, every character is good by itself, and it
    begins well."""

    def __init__(
        self,
        *,
        lengths: tuple[int, int],
        is_good: Callable[[str], bool],
        begins_well: Callable[[str], bool] | None = None,
    ) -> None:
        self._least, self._most = lengths
        # A character to escape sends the row to the judge of single rows, and from there to `copied`, which does it.
        self._good = Found(lambda character: not TO_ESCAPE.match(character) and is_good(character))
        self._begun = Found(begins_well) if begins_well else None

    def column(self, cells: pa.StringArray) -> pa.StringArray:
        """Every cell of a column."""
        cells = trimmed(cells)
        length = pc.utf8_length(cells)
        good = pc.and_(pc.greater_equal(length, self._least), pc.less_equal(length, self._most))
        if bad := self._good.wanting(set(joined(cells))):
            some = "".join(f"\\x{{{ord(character):x}}}" for character in sorted(bad))
            good = pc.and_not(good, pc.match_substring_regex(cells, f"[{some}]"))
        if self._begun:
            begun = pc.utf8_slice_codeunits(cells, 0, BEGINNING)
            if badly := self._begun.wanting(set(pc.unique(begun).to_pylist())):
                good = pc.and_not(good, pc.is_in(begun, pa.array(sorted(badly), pa.string())))
        return pc.if_else(good, cells, _NOTHING)


class Repeating:
    """Another judge, shown each different cell of a block once: for long cells that stand in several rows."""

    def __init__(self, judge: ManyTexts) -> None:
        self._judge = judge

    def column(self, cells: pa.StringArray) -> pa.StringArray:
        """Every cell of a column."""
        found = cells.dictionary_encode()
        return self._judge.column(found.dictionary).take(found.indices)


def replaced(cells: pa.StringArray, change: Callable[[list[str]], Any]) -> pa.StringArray:
    """Every cell as `change` makes it; it is shown each different cell once."""
    found = cells.dictionary_encode()
    return pa.array(change(found.dictionary.to_pylist()), pa.string()).take(found.indices)


def joined(cells: pa.StringArray) -> str:
    """All cells of a column, one behind the other."""
    return bytes(_data(cells)).decode()


def rows_as_text(columns: list[pa.StringArray]) -> memoryview:
    """Rows as COPY reads them; no cell is null."""
    rows = pc.binary_join_element_wise(*columns, "\t")
    return _data(pc.binary_join_element_wise(rows, "\n", ""))


def _data(cells: pa.StringArray) -> memoryview:
    _nulls, offsets, text = cells.buffers()
    if not len(cells) or text is None:
        return memoryview(b"")
    ends = memoryview(offsets).cast("b").cast("i")
    return memoryview(text)[ends[cells.offset] : ends[cells.offset + len(cells)]]
