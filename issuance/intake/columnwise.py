"""The rules of roster rows for many rows at once, by the same functions that judge one row (`rules`).

A row this module vouches for is good and staged as `judge_person` would stage it; a row it does not vouch for is judged
by `judge_person`. Being wrong is therefore possible in one direction only, and the tests compare both ways row by row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backoffice.file_intake.cells import is_unprintable
from backoffice.file_intake.columnwise import NULL, ManyTexts, Remembered, all_at_once
from issuance.intake.rules import (
    ON_THE_BACK,
    SINGLE_COLUMNS,
    birth_date,
    name_kana,
)
from issuance.models import InsuredPerson
from japan.names import forbidden_in_name, is_name_kana, kana_search_key, name_search_key
from japan.prefectures import starts_with_prefecture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    Column = Sequence[str | None]

# A key is stored as it is, if it is short and needs no escaping; others are left to the judge of one row.
_MOST_PLAIN_KEY = 100
_VOLUNTARY = InsuredPerson.InsuredKind.VOLUNTARY.value
_OUTPUT = (
    "insurer_no",
    "symbol",
    "number",
    "edaban",
    "relation",
    "insured_kind",
    "name",
    "name_kana",
    "name_print",
    "name_key",
    "kana_key",
    "sex_print",
    "birth_date",
    "acquired_on",
    "decided_on",
    "lost_on",
    "card_held",
    "myna_usable",
    "postal_code",
    "address1",
    "address2",
    "nondisclosure",
    "voluntary_end",
    "back_remarks",
)


class PersonColumns:
    """Judges roster columns of one file; remembers what it has seen."""

    def __init__(self, *, reference_date: date) -> None:
        single = {**SINGLE_COLUMNS, "birth_date": lambda cells: birth_date(cells, reference_date)}
        self._columns: dict[str, Remembered | ManyTexts] = {
            column: Remembered(column, judge) for column, judge in single.items()
        }
        for column, judge, lengths, is_good in (
            ("name", single["name"], (1, 60), _may_be_in_a_name),
            ("name_kana", name_kana, (1, 60), is_name_kana),
            ("address2", single["address2"], (0, 60), _may_be_printed),
        ):
            self._columns[column] = ManyTexts(column, judge, lengths=lengths, is_good=is_good)
        self._columns["address1"] = ManyTexts(
            "address1",
            single["address1"],
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
        sound: Any = {name: _without_gaps(column) for name, column in found.items()} if doubted else found
        doubted |= _doubted_together(sound)
        found["myna_usable"] = found["myna_status"]
        found["name_print"] = [
            printed or name for printed, name in zip(sound["name_print"], sound["name"], strict=True)
        ]
        found["name_key"] = keys = all_at_once(name_search_key, sound["name"])
        found["kana_key"] = all_at_once(kana_search_key, sound["name_kana"])
        doubted |= {place for place, key in enumerate(keys) if len(key) > _MOST_PLAIN_KEY or "\\" in key}
        return [found[name] for name in _OUTPUT], doubted


def _may_be_in_a_name(character: str) -> bool:
    return forbidden_in_name(character) is None


def _may_be_printed(character: str) -> bool:
    return not is_unprintable(character)


def _without_gaps(column: Column) -> Column:
    return [cell or "" for cell in column] if None in column else column


def _doubted_together(column: Mapping[str, Sequence[str]]) -> set[int]:
    """The rows in which two good cells do not go together."""
    dates = zip(column["birth_date"], column["acquired_on"], column["decided_on"], strict=True)
    doubted = {place for place, (born, got, said) in enumerate(dates) if not born <= got <= said}
    ends = zip(column["insured_kind"], column["voluntary_end"], strict=True)
    doubted |= {place for place, (kind, end) in enumerate(ends) if (kind == _VOLUNTARY) is (end == NULL)}
    if ON_THE_BACK in column["sex_print"]:
        backs = zip(column["sex_print"], column["back_remarks"], strict=True)
        doubted |= {place for place, (sex, back) in enumerate(backs) if sex == ON_THE_BACK and not back}
    return doubted
