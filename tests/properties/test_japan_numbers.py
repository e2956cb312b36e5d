from hypothesis import given
from hypothesis import strategies as st

from japan.insurer_number import branch_number, is_well_formed
from japan.piece_number import ENVELOPE_SHIFT, grouped, is_piece_number, normalise_scanned, piece_number
from japan.postal import format_postal_code, parse_postal_code
from japan.prefectures import PREFECTURES
from japan.tracking_number import format_tracking_number, parse_tracking_number

_RUNNING = st.integers(0, 10**11 - 1)
_DIGITS = "0123456789"


def _single_errors(number: str) -> list[str]:
    return [
        number[:place] + wrong + number[place + 1 :]
        for place, right in enumerate(number)
        for wrong in _DIGITS
        if wrong != right
    ]


def _swaps(number: str) -> list[str]:
    swapped = [
        number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        for place in range(len(number) - 1)
    ]
    return [text for text in swapped if text != number]


@given(_RUNNING)
def test_every_single_wrong_digit_of_a_piece_number_is_caught(running: int) -> None:
    number = piece_number(running)
    assert is_piece_number(number)
    assert [wrong for wrong in _single_errors(number) if is_piece_number(wrong)] == []


@given(_RUNNING)
def test_every_swap_of_neighbours_in_a_piece_number_is_caught(running: int) -> None:
    assert [wrong for wrong in _swaps(piece_number(running)) if is_piece_number(wrong)] == []


@given(_RUNNING, _RUNNING, _RUNNING)
def test_two_running_numbers_never_share_a_piece_number(one: int, other: int, shift: int) -> None:
    same = piece_number(one, shift=shift) == piece_number(other, shift=shift)
    assert same is (one == other)


@given(_RUNNING)
def test_a_piece_number_can_be_undone(running: int) -> None:
    # A permutation proper: every eleven digits come from exactly one running number.
    factor = int(piece_number(1, shift=0)[:11])
    eleven = int(piece_number(running)[:11])
    assert (eleven - ENVELOPE_SHIFT) * pow(factor, -1, 10**11) % 10**11 == running


@given(_RUNNING)
def test_a_piece_number_survives_printing_and_scanning(running: int) -> None:
    number = piece_number(running)
    wide = grouped(number).translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    assert [normalise_scanned(text) for text in (number, grouped(number), wide, f"*{number}*")] == [
        number
    ] * 4


@given(st.sampled_from(sorted(PREFECTURES)))
def test_every_single_wrong_digit_of_an_insurer_number_is_caught(code: str) -> None:
    assert [wrong for wrong in _single_errors(branch_number(code)) if is_well_formed(wrong)] == []


@given(st.text(_DIGITS, min_size=7, max_size=7))
def test_a_postal_code_survives_printing(code: str) -> None:
    assert parse_postal_code(format_postal_code(code).removeprefix("〒")) == code


@given(st.integers(0, 10**10 - 1))
def test_a_tracking_number_survives_printing(ten: int) -> None:
    digits = f"{ten:010d}{ten % 7}"
    assert parse_tracking_number(format_tracking_number(digits)) == digits


@given(st.integers(0, 10**10 - 1))
def test_every_single_wrong_check_digit_of_a_tracking_number_is_caught(ten: int) -> None:
    accepted = [check for check in _DIGITS if parse_tracking_number(f"{ten:010d}{check}")]
    assert accepted == [str(ten % 7)]
