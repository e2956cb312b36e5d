"""Households that are surely good as they stand: their rows go straight to the table of people.

Such a household's rows follow one another in one block; each is good by itself, none repeats an 枝番, all are of one
被保険者種別, and exactly one is the 本人. Every other row is staged and meets the whole-file rules there. Those rules look at rows
of one household only, so that they find the same as if every row were staged, if no household is divided: what the same
household has elsewhere in the file is found by `issuance.sql.straight` afterwards, which takes such households back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from backoffice.file_intake.blockwise import rows_as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    Columns = Mapping[str, pa.StringArray]

_KEY = ("insurer_no", "symbol", "number")


class CopyInto(NamedTuple):
    """A COPY statement and the columns it takes, in their order."""

    statement: str
    columns: tuple[str, ...]


class StraightHouseholds:
    """Takes the good households of each block and gives them ids, counted on from `first_id`."""

    def __init__(self, *, first_id: int, import_id: int, people: CopyInto, households: CopyInto) -> None:
        self.copy = people.statement
        self._columns = people.columns
        self._copy_households = households.statement
        self._household_columns = households.columns
        self._next_id = first_id
        self._source = str(import_id)
        self._households: list[memoryview] = []
        self.bytes_waiting = 0
        self.people = 0

    def taken(self, columns: Columns, good: pa.BooleanArray) -> tuple[memoryview, pa.BooleanArray]:
        """The rows of good households as COPY reads them, and which those are."""
        is_first = _first_of_household(columns)
        starts = pc.indices_nonzero(is_first).cast(pa.int64())
        number = pc.subtract(pc.cumulative_sum(is_first.cast(pa.int64())), 1)
        right = _right_households(columns, good, is_first, starts)
        ids = _counted_from(self._next_id, len(starts))
        self._next_id += len(starts)
        self._note(columns, ids, starts, right)
        taken = right.take(number)
        self.people += pc.sum(taken).as_py() or 0
        known = {
            "household_id": ids.take(number),
            "source_id": pa.array([self._source] * len(good), pa.string()),
        }
        people = [{**columns, **known}[name].filter(taken) for name in self._columns]
        return rows_as_text(people), taken

    def store_waiting(self, cursor: Any) -> None:
        """Store the households of the rows taken since the last time."""
        with cursor.copy(self._copy_households) as copy:
            for text in self._households:
                copy.write(text)
        self._households.clear()
        self.bytes_waiting = 0

    def _note(
        self, columns: Columns, ids: pa.StringArray, starts: pa.Int64Array, right: pa.BooleanArray
    ) -> None:
        first_rows = starts.filter(right)
        cells = [columns[name].take(first_rows) for name in self._household_columns[1:]]
        text = rows_as_text([ids.filter(right), *cells])
        self._households.append(text)
        self.bytes_waiting += len(text)


def _first_of_household(columns: Columns) -> pa.BooleanArray:
    """Whether a household starts with a row."""
    insurer_no, symbol, number = (_unlike_before(columns[name]) for name in _KEY)
    return pc.or_(pc.or_(insurer_no, symbol), number)


def _right_households(
    columns: Columns, good: pa.BooleanArray, is_first: pa.BooleanArray, starts: pa.Int64Array
) -> pa.BooleanArray:
    follows = pc.and_not(_more_than_before(columns["edaban"]), _unlike_before(columns["insured_kind"]))
    wrong = pc.invert(pc.and_(good, pc.or_(is_first, follows)))
    insured = pc.equal(columns["relation"], "1")
    return pc.and_(pc.equal(_counts(wrong, starts), 0), pc.equal(_counts(insured, starts), 1))


def _counts(marked: pa.BooleanArray, starts: pa.Int64Array) -> pa.Int64Array:
    """How many rows of each household are marked."""
    total = pc.cumulative_sum(marked.cast(pa.int64()))
    before = pa.concat_arrays([pa.array([0], pa.int64()), total])
    ends = pa.concat_arrays([starts.slice(1), pa.array([len(marked)], pa.int64())])
    return pc.subtract(before.take(ends), before.take(starts))


def _more_than_before(column: pa.StringArray) -> pa.BooleanArray:
    """Whether a cell is more than the one of the row before; of the first one it says no."""
    more = pc.greater(column.slice(1), column.slice(0, len(column) - 1))
    return pa.concat_arrays([pa.array([False]), more])


def _unlike_before(column: pa.StringArray) -> pa.BooleanArray:
    """Whether a cell differs from the one of the row before; the first one always does."""
    differs = pc.not_equal(column.slice(1), column.slice(0, len(column) - 1))
    return pa.concat_arrays([pa.array([True]), differs])


def _counted_from(first: int, count: int) -> pa.StringArray:
    return pa.array(range(first, first + count), pa.int64()).cast(pa.string())
