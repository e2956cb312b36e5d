import pytest

from japan.postal import format_postal_code, is_representative, parse_postal_code


@pytest.mark.parametrize("text", ["1000013", "100-0013"])
def test_a_postal_code_is_seven_digits_with_or_without_hyphen(text: str) -> None:
    assert parse_postal_code(text) == "1000013"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "100013",
        "10000130",
        "1000-013",
        "100--0013",
        "〒1000013",
        "１００００１３",
        "100－0013",
        "1000013\n",
    ],
)
def test_anything_else_is_no_postal_code(text: str) -> None:
    assert parse_postal_code(text) is None


def test_representative_codes_end_in_two_zeros() -> None:
    assert [is_representative(code) for code in ("1000000", "1000100", "1000010", "1000013")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_postal_code_is_printed_with_its_mark() -> None:
    assert format_postal_code("1000013") == "〒100-0013"
