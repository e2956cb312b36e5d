"""The rules of employer rows for many rows at once, by the same functions that judge one row (`rules`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backoffice.file_intake.cells import is_unprintable
from backoffice.file_intake.columnwise import NULL, ManyTexts, Remembered, all_at_once
from employers.intake.rules import SINGLE_COLUMNS
from employers.models import Employer
from japan.names import name_search_key
from japan.prefectures import starts_with_prefecture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Column = Sequence[str | None]

# A key is stored as it is, if it is short and needs no escaping; others are left to the judge of one row.
_MOST_PLAIN_KEY = 100
_OUTPUT = (
    "insurer_no",
    "symbol",
    "name",
    "name_kana",
    "name_key",
    "postal_code",
    "address1",
    "address2",
    "status",
    "ended_on",
    "contact",
)


class EmployerColumns:
    """Judges employer columns of one file; remembers what it has seen."""

    def __init__(self) -> None:
        self._columns: dict[str, Remembered | ManyTexts] = {
            column: Remembered(column, judge) for column, judge in SINGLE_COLUMNS.items()
        }
        for column, lengths in (("name", (1, 60)), ("name_kana", (0, 60)), ("address2", (0, 60))):
            self._columns[column] = ManyTexts(
                column, SINGLE_COLUMNS[column], lengths=lengths, is_good=_may_be_printed
            )
        self._columns["address1"] = ManyTexts(
            "address1",
            SINGLE_COLUMNS["address1"],
            lengths=(1, 100),
            is_good=_may_be_printed,
            begins_well=starts_with_prefecture,
        )

    def __call__(self, cells: Mapping[str, Sequence[str]]) -> tuple[list[Column], set[int]]:
        """The staged columns, and the places of the rows it does not vouch for."""
        found: dict[str, Column] = {name: judge.column(cells[name]) for name, judge in self._columns.items()}
        doubted = {
            place
            for column in found.values()
            if None in column
            for place, cell in enumerate(column)
            if cell is None
        }
        ends = zip(found["status"], found["ended_on"], strict=True)
        doubted |= {
            place
            for place, (status, end) in enumerate(ends)
            if (status == Employer.Status.ENDED) is (end == NULL)
        }
        keys = all_at_once(name_search_key, [name or "" for name in found["name"]])
        doubted |= {place for place, key in enumerate(keys) if len(key) > _MOST_PLAIN_KEY or "\\" in key}
        found["name_key"] = keys
        return [found[name] for name in _OUTPUT], doubted


def _may_be_printed(character: str) -> bool:
    return not is_unprintable(character)
