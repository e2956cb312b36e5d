import pytest

from japan.blanks import trim


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [
        (" 　健保　太郎 　 ", "健保　太郎"),
        ("　", ""),
        ("", ""),
        ("\t健保\n", "\t健保\n"),
        ("\u00a0健保\u200b", "\u00a0健保\u200b"),
    ],
)
def test_trim_takes_surrounding_ascii_and_ideographic_spaces_only(text: str, trimmed: str) -> None:
    assert trim(text) == trimmed
