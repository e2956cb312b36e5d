import pytest

from japan.insurer_number import (
    branch_name,
    branch_number,
    check_digit,
    is_branch,
    is_day_labour,
    is_well_formed,
)
from japan.prefectures import PREFECTURES

# domain.md §2.1, in the order of the prefecture codes 01 to 47.
_BRANCH_NUMBERS = [
    "01010016",
    "01020015",
    "01030014",
    "01040013",
    "01050012",
    "01060011",
    "01070010",
    "01080019",
    "01090018",
    "01100015",
    "01110014",
    "01120013",
    "01130012",
    "01140011",
    "01150010",
    "01160019",
    "01170018",
    "01180017",
    "01190016",
    "01200013",
    "01210012",
    "01220011",
    "01230010",
    "01240019",
    "01250018",
    "01260017",
    "01270016",
    "01280015",
    "01290014",
    "01300011",
    "01310010",
    "01320019",
    "01330018",
    "01340017",
    "01350016",
    "01360015",
    "01370014",
    "01380013",
    "01390012",
    "01400019",
    "01410018",
    "01420017",
    "01430016",
    "01440015",
    "01450014",
    "01460013",
    "01470012",
]


def test_branch_numbers_are_the_published_ones() -> None:
    assert [branch_number(code) for code in PREFECTURES] == _BRANCH_NUMBERS


@pytest.mark.parametrize("number", _BRANCH_NUMBERS)
def test_every_branch_is_accepted(number: str) -> None:
    assert (is_well_formed(number), is_branch(number), is_day_labour(number)) == (True, True, False)


def test_check_digit_of_the_worked_example() -> None:
    assert check_digit("3312001") == "5"


def _with_check_digit(seven: str) -> str:
    return seven + check_digit(seven)


@pytest.mark.parametrize("seven", ["0313001", "0413001", "0347012"])
def test_day_labour_numbers_are_known_as_such(seven: str) -> None:
    number = _with_check_digit(seven)
    assert (is_day_labour(number), is_branch(number)) == (True, False)


@pytest.mark.parametrize(
    "seven", ["0100001", "0148001", "0199001", "0113002", "0213001", "0613001", "3913001"]
)
def test_other_insurers_and_unknown_prefectures_are_neither(seven: str) -> None:
    number = _with_check_digit(seven)
    assert (is_well_formed(number), is_branch(number), is_day_labour(number)) == (True, False, False)


@pytest.mark.parametrize("seven", ["0300001", "0448001"])
def test_day_labour_numbers_have_a_prefecture_too(seven: str) -> None:
    assert not is_day_labour(_with_check_digit(seven))


@pytest.mark.parametrize(
    "number",
    ["", "1130012", "01130013", "011300120", "０１１３００１２", "0113001X", "01130012\n", " 1130012"],
)
def test_malformed_numbers_are_refused(number: str) -> None:
    assert (is_well_formed(number), is_branch(number), is_day_labour(number)) == (False, False, False)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("01", "北海道支部"),
        ("02", "青森支部"),
        ("13", "東京支部"),
        ("26", "京都支部"),
        ("27", "大阪支部"),
        ("47", "沖縄支部"),
    ],
)
def test_branch_name_drops_the_kind_of_prefecture(code: str, name: str) -> None:
    assert branch_name(code) == name


def test_branch_name_of_no_prefecture_is_an_error() -> None:
    with pytest.raises(KeyError):
        branch_name("48")
