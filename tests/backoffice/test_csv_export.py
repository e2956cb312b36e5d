from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backoffice.csv_export import neutralised, write_csv
from backoffice.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_would_start_a_formula_is_neutralised(start: str) -> None:
    assert neutralised(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("cell", ["", "0012", "山田 =1", "2025-04-30"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert neutralised(cell) == cell


def test_write_csv_writes_text_and_counts_its_rows(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    count = write_csv(out, ["a", "b"], [["01", 2], ["神\ufa19,", None], ["=1", 'q"']])
    assert count == 3
    assert out.read_bytes().decode() == 'a,b\n01,2\n"神\ufa19,",\n\'=1,"q"""\n'
    assert list(tmp_path.iterdir()) == [out]


def test_write_csv_of_nothing_is_a_header(tmp_path: Path) -> None:
    assert write_csv(tmp_path / "out.csv", ["a"], []) == 0
    assert (tmp_path / "out.csv").read_text() == "a\n"


def test_a_failure_half_way_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")

    def rows() -> Iterator[list[str]]:
        yield ["1"]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write_csv(out, ["a"], rows())
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("name", ["missing/out.csv", "folder"])
def test_write_csv_refuses_what_can_be_no_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(Refused) as refusal:
        write_csv(tmp_path / name, ["a"], [])
    assert refusal.value.code == "unwritable_file"
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
