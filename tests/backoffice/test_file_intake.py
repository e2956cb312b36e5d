from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from backoffice.file_intake import BrokenRow, Column, RefusedFile, Row, open_table, reader

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (Column("symbol", "記号"), Column("name", "氏名"), Column("note", "備考", optional=True))


def file(folder: Path, content: bytes | str) -> Path:
    path = folder / "in.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(folder: Path, content: bytes | str) -> list[Row | BrokenRow]:
    return list(open_table(file(folder, content), COLUMNS))


def good(line: int, symbol: str, name: str, note: str = "") -> Row:
    return Row(line, {"symbol": symbol, "name": name, "note": note})


def broken(folder: Path, content: bytes | str) -> list[tuple[int, str]]:
    return [(row.line, row.rule) for row in rows(folder, content) if isinstance(row, BrokenRow)]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize(
    "header", ["記号,氏名,備考", "symbol,name,note", '"記号",name,"備考"', "　記号 ,氏名, 備考"]
)
def test_a_file_is_read_alike_in_every_encoding_line_end_and_heading(
    tmp_path: Path, header: str, encoding: str, ending: str
) -> None:
    content = ending.join([header, "0106070,髙﨑,", '"2106070","山田　花子","a, b"', ""]).encode(encoding)
    assert rows(tmp_path, content) == [good(2, "0106070", "髙﨑"), good(3, "2106070", "山田　花子", "a, b")]


def test_columns_come_in_any_order_and_optional_ones_may_be_missing(tmp_path: Path) -> None:
    assert rows(tmp_path, "name,symbol\n佐藤,1\n") == [good(2, "1", "佐藤")]


def test_cells_lose_surrounding_blanks_and_nothing_else(tmp_path: Path) -> None:
    names = ["神\ufa19", "葛\U000e0100", "𠮷田", "ｶﾞ①㈱～", "\tx\u00a0"]
    content = "symbol,name\n" + "".join(f" 　001　 ,　{name} \n" for name in names)
    assert rows(tmp_path, content) == [good(n, "001", name) for n, name in enumerate(names, 2)]


def test_the_last_line_needs_no_line_end_and_blank_lines_are_no_rows(tmp_path: Path) -> None:
    assert rows(tmp_path, "symbol,name\n\n1,a\n\r\n2,b") == [good(3, "1", "a"), good(5, "2", "b")]


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert rows(tmp_path, "symbol,name") == []


def test_table_knows_hash_size_encoding_and_how_far_it_is(tmp_path: Path) -> None:
    content = ("記号,氏名\n" + f"1,{'髙' * 400}\n" * 4000).encode("cp932")
    table = open_table(file(tmp_path, content), COLUMNS)
    assert (table.sha256, table.size, table.encoding, table.bytes_read) == (
        hashlib.sha256(content).hexdigest(),
        len(content),
        "cp932",
        0,
    )
    seen = {table.bytes_read for _row in table}
    assert len(seen) >= 2
    assert table.bytes_read == len(content)


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        ("", "empty_file", ""),
        ("\ufeff", "empty_file", ""),
        ("記号,氏名\n".encode("utf-16"), "undecodable", ""),
        ("記号,氏名\n".encode("euc_jp") + b"\xa0\n", "undecodable", ""),
        ("記号,氏名\n".encode() + "佐藤\n".encode("cp932") + b"\x81\n", "undecodable", ""),
        ('"記号,氏名\n1,a\n', "broken_header", ""),
        ("記号,氏名,個人番号\n", "unknown_column", "個人番号"),
        ("記号,氏名,\n", "unknown_column", "「」"),
        ("\n記号,氏名\n", "missing_column", "記号"),
        ("1060708,佐藤\n", "unknown_column", "1060708"),
        ("記号,氏名,記号\n", "repeated_column", "記号"),
        ("記号,氏名,symbol\n", "repeated_column", "symbol"),
        ("記号,備考\n", "missing_column", "氏名"),
        ("記号,氏\0名\n", "unknown_column", "氏"),
    ],
)
def test_a_file_of_another_form_is_refused_whole(
    tmp_path: Path, content: bytes | str, code: str, named: str
) -> None:
    with pytest.raises(RefusedFile) as refusal:
        open_table(file(tmp_path, content), COLUMNS)
    assert refusal.value.code == code
    assert named in refusal.value.message
    assert "\n" not in refusal.value.message


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(RefusedFile) as refusal:
            open_table(path, COLUMNS)
        assert refusal.value.code == "missing_file"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("1", "column_count"),
        ("1,a,b", "column_count"),
        (" ", "column_count"),
        ('1,"a', "broken_quotes"),
        ('1,"a"b', "broken_quotes"),
        ("1,a\0b", "nul_character"),
        ('1,"a\0b"', "nul_character"),
    ],
)
def test_a_broken_row_takes_no_neighbour_with_it(tmp_path: Path, line: str, rule: str) -> None:
    found = rows(tmp_path, f'symbol,name\n0,z\n{line}\n"2",b\n3,"c"\n')
    assert [row.rule if isinstance(row, BrokenRow) else row for row in found] == [
        good(2, "0", "z"),
        rule,
        good(4, "2", "b"),
        good(5, "3", "c"),
    ]
    assert found[1].line == 3


def test_a_cell_may_hold_a_line_break_and_the_row_counts_once(tmp_path: Path) -> None:
    found = rows(tmp_path, 'symbol,name\r\n1,"a\r\nb"\r\n2,c\r\n')
    assert found == [good(2, "1", "a\r\nb"), good(4, "2", "c")]


def test_quotes_left_open_break_their_rows_only(tmp_path: Path) -> None:
    content = "symbol,name\n" + '1,"a\n' + "2,b\n" * 50 + '3,"c\n' + "4,d\n"
    assert broken(tmp_path, content) == [(2, "broken_quotes"), (53, "broken_quotes")]
    assert len(rows(tmp_path, content)) == 53


def test_a_cell_of_more_lines_than_any_field_has_is_broken(tmp_path: Path) -> None:
    long = "x\n" * reader.MOST_LINES_OF_A_ROW
    assert broken(tmp_path, f'symbol,name\n1,"{long}x"\n')[0] == (2, "broken_quotes")
    within = "x\n" * (reader.MOST_LINES_OF_A_ROW - 1)
    assert broken(tmp_path, f'symbol,name\n1,"{within}x"\n') == []


def test_a_line_without_end_refuses_the_file(tmp_path: Path) -> None:
    table = open_table(file(tmp_path, "symbol,name\n1," + "a" * (1 << 20) + "\n"), COLUMNS)
    with pytest.raises(RefusedFile) as refusal:
        list(table)
    assert (refusal.value.code, refusal.value.message) == ("line_too_long", "2行目: 1行が長すぎます。")


def test_a_cell_that_is_far_too_long_breaks_its_row_only(tmp_path: Path) -> None:
    content = "symbol,name\n1," + "a" * 200_000 + "\n2,b\n"
    assert broken(tmp_path, content) == [(2, "broken_quotes")]
