from itertools import pairwise, permutations, product

import pytest

from japan.piece_number import (
    CARD_SHIFT,
    ENVELOPE_SHIFT,
    damm_digit,
    grouped,
    is_piece_number,
    normalise_scanned,
    piece_number,
    running_number,
)

_DIGITS = "0123456789"


def test_the_check_digit_tells_any_two_digits_apart_after_any_prefix() -> None:
    # One digit leads to each of the ten states, so that this is every state the check can be in.
    assert sorted(damm_digit(prefix) for prefix in _DIGITS) == list(_DIGITS)
    for prefix in _DIGITS:
        assert sorted(damm_digit(prefix + digit) for digit in _DIGITS) == list(_DIGITS)


def test_the_check_digit_never_forgets_an_error_made_before() -> None:
    for digit in _DIGITS:
        assert sorted(damm_digit(prefix + digit) for prefix in _DIGITS) == list(_DIGITS)


def test_the_check_digit_tells_any_two_swapped_neighbours_apart_after_any_prefix() -> None:
    swaps = product(_DIGITS, permutations(_DIGITS, 2))
    unnoticed = [
        (prefix, one, other)
        for prefix, (one, other) in swaps
        if damm_digit(prefix + one + other) == damm_digit(prefix + other + one)
    ]
    assert unnoticed == []


def test_a_piece_number_is_the_same_for_ever() -> None:
    # Printed on envelopes: a change of these breaks every scan of mail already posted.
    assert [piece_number(running_number(1, ordinal)) for ordinal in (1, 2, 3)] == [
        "389022950278",
        "076217717707",
        "763412485132",
    ]
    assert piece_number(running_number(1, 1), shift=CARD_SHIFT) == "431354032783"


def test_consecutive_envelopes_get_different_valid_numbers_that_are_no_neighbours() -> None:
    numbers = [piece_number(running_number(1, ordinal)) for ordinal in range(1, 10_001)]
    assert len(set(numbers)) == 10_000
    assert all(is_piece_number(number) for number in numbers)
    assert min(abs(int(a) - int(b)) for a, b in pairwise(numbers)) > 10**10


def test_envelope_and_card_numbers_meet_only_beyond_400_million_pieces() -> None:
    inverse = pow(int(piece_number(1, shift=0)[:11]), -1, 10**11)
    apart = (CARD_SHIFT - ENVELOPE_SHIFT) * inverse % 10**11
    assert 400_000_000 < apart % 10**9 < 10**9 - 400_000_000


@pytest.mark.parametrize(("campaign", "ordinal"), [(0, 1), (100, 1), (1, -1), (1, 10**9)])
def test_running_number_refuses_what_would_meet_another_campaign(campaign: int, ordinal: int) -> None:
    with pytest.raises(ValueError, match="campaign ordinal"):
        running_number(campaign, ordinal)


def test_running_number_keeps_campaigns_apart() -> None:
    assert (running_number(1, 10**9 - 1), running_number(2, 0)) == (1_999_999_999, 2_000_000_000)


@pytest.mark.parametrize(("running", "shift"), [(-1, 0), (10**11, 0), (0, -1), (0, 10**11)])
def test_piece_number_refuses_what_is_out_of_range(running: int, shift: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        piece_number(running, shift=shift)


@pytest.mark.parametrize(
    "text", ["", "572", "389022950278 ", "0000000000000", "00000000000O", "０００００００００００0"]
)
def test_other_texts_are_no_piece_number(text: str) -> None:
    assert not is_piece_number(text)


def test_a_piece_number_is_printed_in_groups_of_four() -> None:
    assert grouped("482913055178") == "4829-1305-5178"


@pytest.mark.parametrize(
    "scanned",
    [
        "482913055178",
        "4829-1305-5178",
        " 4829 1305　5178\r\n",
        "４８２９－１３０５－５１７８",
        "4829ー1305−5178",
        "*482913055178*",
        "A482913055178B",
        "a4829-1305-5178d",
        "]Q1482913055178",
        "T1|482913055178|2|1/3|4",
        "]Q1T1|482913055178|1|1/1|1",
        "482913055178\n",
    ],
)
def test_normalise_scanned_understands_scanners_and_hands(scanned: str) -> None:
    assert normalise_scanned(scanned) == "482913055178"


@pytest.mark.parametrize(
    ("scanned", "normal"),
    [("", ""), ("T1|", ""), ("T1", "T1"), ("A", "A"), ("48291305517", "48291305517"), ("48x", "48x")],
)
def test_normalise_scanned_repairs_nothing_else(scanned: str, normal: str) -> None:
    assert normalise_scanned(scanned) == normal
