"""Judging the cells of one row: every broken rule is noted with its column, its stable code and a message.

Messages hold no data of the row.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from japan import insurer_number
from japan.names import forbidden_in_name, grapheme_count
from japan.postal import parse_postal_code
from japan.prefectures import PREFECTURES, starts_with_prefecture
from japan.shapes import shape_of
from japan.wareki import DateError, parse_date

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

SYMBOL = re.compile(r"[1-9][0-9]{6,7}", re.ASCII)
NUMBER = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
_EDABAN = re.compile(r"[0-9]{2}", re.ASCII)
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
MOST_CODE_POINTS_OF_A_CHARACTER = 4


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule; `shape` tells how the cell is written, not what it says (`japan.shapes`)."""

    column: str
    rule: str
    message: str
    shape: str = ""


@dataclass(slots=True)
class Cells:
    """The trimmed cells of a row; each method returns the value and notes what is wrong with it.

    A method returns something of the right type even when the rule is broken; `problems` reject the row.
    """

    values: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def note(self, column: str, rule: str, message: str) -> None:
        """Note a broken rule."""
        self.problems.append(Problem(column, rule, message, shape_of(self.values.get(column, ""))))

    def insurer_no(self) -> str:
        """保険者番号 `01pp001c`, or `03…`/`04…`, with check digit (domain.md §2.1)."""
        value = self.values["insurer_no"]
        if not re.fullmatch(r"[0-9]{8}", value, re.ASCII):
            self.note("insurer_no", "insurer_no_format", _("保険者番号は半角数字8桁で記入してください。"))
        elif not insurer_number.is_well_formed(value):
            self.note("insurer_no", "insurer_no_check_digit", _("保険者番号の検証番号が正しくありません。"))
        elif value[2:4] not in PREFECTURES or not (
            insurer_number.is_branch(value) or insurer_number.is_day_labour(value)
        ):
            self.note("insurer_no", "insurer_no_unknown", _("この保険者の保険者番号ではありません。"))
        return value

    def symbol(self) -> str:
        """記号: 7 or 8 digits, kept as text (domain.md §2.2)."""
        return self._pattern(
            "symbol", SYMBOL, "symbol_format", _("記号は先頭が0でない半角数字7桁または8桁です。")
        )

    def number(self) -> str:
        """番号: 1 to 7 digits without leading zero."""
        return self._pattern("number", NUMBER, "number_format", _("番号は先頭が0でない半角数字1〜7桁です。"))

    def edaban(self) -> str:
        """枝番: exactly two digits; a lost zero is an error, never repaired."""
        return self._pattern("edaban", _EDABAN, "edaban_format", _("枝番は半角数字2桁で記入してください。"))

    def code(self, column: str, allowed: frozenset[str], message: str) -> str:
        """One of the allowed codes."""
        value = self.values[column]
        if value not in allowed:
            self.note(column, f"{column}_code", message)
        return value

    def text(self, column: str, least: int, most: int) -> str:
        """A text of `least` to `most` characters as a reader counts them, without control characters.

        Marks of lost characters (●) are no broken rule here; a text that is printed is looked at again then.
        """
        value = self.values[column]
        self._length(column, value, least, most)
        if bad := next((character for character in value if is_unprintable(character)), None):
            self._bad_character(column, bad)
        return value

    def name(self, column: str, least: int, most: int) -> str:
        """A person's name: as `text`, and no ● 〓 ？ and no private-use character (domain.md §3.5)."""
        value = self.values[column]
        self._length(column, value, least, most)
        if bad := forbidden_in_name(value):
            self._bad_character(column, bad)
        return value

    def postal_code(self) -> str:
        """郵便番号 as seven digits."""
        code = parse_postal_code(self.values["postal_code"])
        if code is None:
            self.note(
                "postal_code", "postal_code_format", _("郵便番号は半角数字7桁（3桁目の後のハイフン可）です。")
            )
        return code or ""

    def address(self) -> str:
        """住所, beginning with a prefecture."""
        value = self.text("address1", 1, 100)
        if value and not starts_with_prefecture(value):
            self.note("address1", "address1_prefecture", _("住所は都道府県名から記入してください。"))
        return value

    def date(self, column: str) -> dt.date | None:
        """A required day in one of the documented forms."""
        if not self.values[column]:
            self.note(column, f"{column}_missing", _("日付が記入されていません。"))
            return None
        return self.optional_date(column)

    def optional_date(self, column: str) -> dt.date | None:
        """A day, or nothing where the cell is empty."""
        if not self.values[column]:
            return None
        try:
            return parse_date(self.values[column])
        except DateError as error:
            self.note(column, f"{column}_{error.rule}", str(error))
            return None

    def _pattern(self, column: str, pattern: re.Pattern[str], rule: str, message: str) -> str:
        value = self.values[column]
        if not pattern.fullmatch(value):
            self.note(column, rule, message)
        return value

    def _length(self, column: str, value: str, least: int, most: int) -> None:
        # A character of many combining marks counts once, but does not fit a column without end.
        if not least <= grapheme_count(value) <= most or len(value) > most * MOST_CODE_POINTS_OF_A_CHARACTER:
            message = _("%(least)d〜%(most)d文字で記入してください。")
            self.note(column, f"{column}_length", message % {"least": least, "most": most})

    def _bad_character(self, column: str, character: str) -> None:
        message = _("使用できない文字（%(point)s）が含まれています。正しい文字を確認してください。")
        self.note(column, f"{column}_character", message % {"point": f"U+{ord(character):04X}"})


def is_unprintable(character: str) -> bool:
    """Whether a character is a control, a lone surrogate, or a line or paragraph separator."""
    return unicodedata.category(character) in _UNPRINTABLE
