import pytest

from japan.tracking_number import format_tracking_number, parse_tracking_number


@pytest.mark.parametrize("text", ["131-12-38385-2", "13112383852", "131-1238385-2"])
def test_a_tracking_number_is_read_with_or_without_hyphens(text: str) -> None:
    assert parse_tracking_number(text) == "13112383852"


@pytest.mark.parametrize("check", "013456789")
def test_a_wrong_check_digit_is_refused(check: str) -> None:
    assert parse_tracking_number(f"131-12-38385-{check}") is None


@pytest.mark.parametrize("text", ["", "131-12-38385", "131-12-38385-22", "１３１12383852", "13112 383852"])
def test_anything_else_is_no_tracking_number(text: str) -> None:
    assert parse_tracking_number(text) is None


def test_a_tracking_number_is_printed_in_its_groups() -> None:
    assert format_tracking_number("13112383852") == "131-12-38385-2"
