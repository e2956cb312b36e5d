"""保険者番号: eight digits, the last one a check digit (domain.md §2.1)."""

from __future__ import annotations

import re

from japan.prefectures import PREFECTURES

_EIGHT_DIGITS = re.compile(r"[0-9]{8}", re.ASCII)
_INSURER, _DAY_LABOUR = "01", frozenset({"03", "04"})
_BRANCH_SUFFIX = "001"


def check_digit(seven: str) -> str:
    """The check digit of the first seven digits: weights 2, 1, 2, … from the right."""
    total = 0
    for place, digit in enumerate(reversed(seven)):
        tens, ones = divmod(int(digit) * (2 if place % 2 == 0 else 1), 10)
        total += tens + ones
    return str(-total % 10)


def is_well_formed(number: str) -> bool:
    """Eight ASCII digits with a right check digit."""
    return bool(_EIGHT_DIGITS.fullmatch(number)) and check_digit(number[:7]) == number[7]


def is_branch(number: str) -> bool:
    """`01pp001c`: one of the 47 branches of the insurer."""
    return _is_of_prefecture(number) and number[:2] == _INSURER and number[4:7] == _BRANCH_SUFFIX


def is_day_labour(number: str) -> bool:
    """`03pp…` or `04pp…`: day labourers 法3-2, who are selected out (R8)."""
    return _is_of_prefecture(number) and number[:2] in _DAY_LABOUR


def branch_number(prefecture_code: str) -> str:
    """The 保険者番号 of the branch of a prefecture (`13` → `01130012`)."""
    seven = f"{_INSURER}{prefecture_code}{_BRANCH_SUFFIX}"
    return seven + check_digit(seven)


def branch_name(prefecture_code: str) -> str:
    """The name of the branch of a prefecture (`13` → 東京支部).

    :raises KeyError: no such prefecture.
    """
    name = PREFECTURES[prefecture_code]
    return f"{name if name == '北海道' else name[:-1]}支部"


def _is_of_prefecture(number: str) -> bool:
    return is_well_formed(number) and number[2:4] in PREFECTURES
