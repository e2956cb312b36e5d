"""The rules of roster rows for a whole block at once, by the same functions that judge one row (`rules`).

A row this module vouches for is good and staged as `judge_person` would stage it; a row it does not vouch for is judged
by `judge_person`. Being wrong is therefore possible in one direction only, and the tests compare both ways row by row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from backoffice.file_intake.blockwise import FewTexts, ManyTexts, PatternTexts, Repeating, replaced
from backoffice.file_intake.cells import NUMBER, SYMBOL, is_unprintable
from backoffice.file_intake.columnwise import NULL, all_at_once
from issuance.intake.rules import ON_THE_BACK, SINGLE_COLUMNS, birth_date
from issuance.models import InsuredPerson
from japan.names import forbidden_in_name, is_name_kana, kana_search_key, name_search_key
from japan.prefectures import starts_with_prefecture

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

# A key is stored as it is, if it is short and needs no escaping; others are left to the judge of one row.
_MOST_PLAIN_KEY = 100
_MOST_WORDS = 200_000
_VOLUNTARY = InsuredPerson.InsuredKind.VOLUNTARY.value


class PersonBlocks:
    """Judges the blocks of one roster file; remembers what it has seen."""

    def __init__(self, *, reference_date: date) -> None:
        single = {**SINGLE_COLUMNS, "birth_date": lambda cells: birth_date(cells, reference_date)}
        address = ManyTexts(lengths=(1, 100), is_good=_may_be_printed, begins_well=starts_with_prefecture)
        self._columns: dict[str, FewTexts | ManyTexts | PatternTexts | Repeating] = {
            **{column: FewTexts(column, judge) for column, judge in single.items()},
            "symbol": PatternTexts(SYMBOL),
            "number": PatternTexts(NUMBER),
            "name": ManyTexts(lengths=(1, 60), is_good=_may_be_in_a_name),
            "name_print": ManyTexts(lengths=(0, 60), is_good=_may_be_in_a_name),
            "name_kana": ManyTexts(lengths=(1, 60), is_good=is_name_kana),
            "address1": Repeating(address),
            "address2": Repeating(ManyTexts(lengths=(0, 60), is_good=_may_be_printed)),
        }
        self._kana_words = _Words()

    def __call__(
        self, cells: Mapping[str, pa.StringArray]
    ) -> tuple[dict[str, pa.StringArray], pa.BooleanArray]:
        """The staged columns by name, and which rows it vouches for; of the others the columns say nothing."""
        found = {name: judge.column(cells[name]) for name, judge in self._columns.items()}
        good = None
        for column in found.values():
            if column.null_count:
                good = column.is_valid() if good is None else pc.and_(good, column.is_valid())
        sound = {name: column.fill_null("") for name, column in found.items()}
        sound["myna_usable"] = sound["myna_status"]
        sound["name_print"] = pc.if_else(
            pc.equal(sound["name_print"], ""), sound["name"], sound["name_print"]
        )
        sound["name_key"] = pa.array(all_at_once(name_search_key, sound["name"].to_pylist()), pa.string())
        sound["kana_key"] = replaced(sound["name_kana"], self._kana_words.keys_of)
        together = _good_together(sound)
        return sound, together if good is None else pc.and_(good, together)


def _may_be_in_a_name(character: str) -> bool:
    return forbidden_in_name(character) is None


def _may_be_printed(character: str) -> bool:
    return not is_unprintable(character)


def _good_together(column: Mapping[str, pa.StringArray]) -> pa.BooleanArray:
    """The rows in which good cells also go together, and whose keys are plain."""
    in_order = pc.and_(
        pc.less_equal(column["birth_date"], column["acquired_on"]),
        pc.less_equal(column["acquired_on"], column["decided_on"]),
    )
    ends = pc.xor(pc.equal(column["insured_kind"], _VOLUNTARY), pc.equal(column["voluntary_end"], NULL))
    unsaid = pc.and_(pc.equal(column["sex_print"], ON_THE_BACK), pc.equal(column["back_remarks"], ""))
    keys = column["name_key"]
    plain = pc.and_not(
        pc.less_equal(pc.utf8_length(keys), _MOST_PLAIN_KEY), pc.match_substring(keys, pattern="\\")
    )
    return pc.and_(pc.and_(in_order, ends), pc.and_not(plain, unsaid))


class _Words(dict[str, str]):
    """Search keys of the words of readings: a blank parts what `kana_search_key` looks at together."""

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_WORDS:
            self.clear()
        self[word] = key = kana_search_key(word)
        return key

    def keys_of(self, readings: list[str]) -> list[str]:
        """The keys of whole readings."""
        return ["".join(map(self.__getitem__, reading.split(" "))) for reading in readings]
