"""Cutting whole blocks against cutting row by row: the same rows, on the same lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.file_intake import BrokenRow, Column, Row, lines, open_table
from backoffice.file_intake.blocks import Block, blocks_of
from japan.blanks import trim

if TYPE_CHECKING:
    from pathlib import Path

    from backoffice.file_intake import Table

COLUMNS = (Column("symbol", "記号"), Column("name", "氏名"), Column("note", "備考", optional=True))
HEAD = "記号,氏名\n"
PIECES = ["a", "髙", '"', '""', ",", "\n", "\r\n", "\r", "\0", "\ufeff", " ", "\u3000", "\u2028", "x" * 9]
EASY = [
    'a,b\n"c","d"\ne,"f"\n',
    'a,b\r\n"c",\r\n,""\r\n',
    "a,b\nc\nd,e,f\ng,h\n",
    "\ufeffa,b\n\ufeffc,d\n",
    'a,"b\nc"\nd,e\n',
    'a,b"c\n"d"e,f\n"g""h",i\n',
    "a,b\n\nc,d\n \ne,f",
    "a,b\rc,d\r",
    f"a,{'x' * 140_000}\nb,c\n",
    f"a,b,{'x' * 140_000}\nb,c\n",
    "a,b,c\nd\n",
    "",
]


def rows_of(table: Table) -> list[Row | BrokenRow]:
    """What the blocks of a file hold, row by row."""
    found: list[Row | BrokenRow] = []
    for part in blocks_of(table):
        if isinstance(part, Block):
            cells = {name: column.to_pylist() for name, column in part.cells.items()}
            for place, line in enumerate(part.lines.to_pylist()):
                found.append(Row(line, {name: trim(column[place]) for name, column in cells.items()}))
            found += part.broken
        else:
            found.append(part)
    return sorted(found, key=lambda row: row.line)


def assert_alike(path: Path, body: str) -> None:
    path.write_bytes((HEAD + body).encode())
    table = open_table(path, COLUMNS)
    assert rows_of(table) == sorted(table, key=lambda row: row.line)


@pytest.mark.parametrize("body", EASY)
@pytest.mark.parametrize("block", [7, 1 << 19])
def test_a_block_holds_the_rows_that_are_cut_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, block: int
) -> None:
    monkeypatch.setattr(lines, "BLOCK_CHARACTERS", block)
    assert_alike(tmp_path / "file.csv", body)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("blocks") / "file.csv"


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_is_cut_alike(path: Path, body: str) -> None:
    assert_alike(path, body)
