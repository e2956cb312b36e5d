"""Judging employer rows column by column against judging row by row."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.file_intake import Stretch
from backoffice.file_intake.bulk import BulkStage, judged_texts
from employers.intake import COLUMNS, EmployerColumns
from employers.services.import_employers import judge_staged
from employers.sql.employers import STAGED_COLUMNS
from japan.blanks import trim
from tests.issuance.roster_files import Row, employer
from tests.properties.copied_rows import rows_by_line

ANY_TEXT = st.text(st.characters(exclude_characters='",\r\n\0', exclude_categories=["Cs"]), max_size=6)
CELLS: dict[str, list[str]] = {
    "insurer_no": ["01130013", "1130012", ""],
    "symbol": ["2100000", "021000001", "21000001 "],
    "name": ["", "㈱みなと", "あ" * 61, "a\\b", "＼", "\u3000みなと", "a\tb", "●"],
    "name_kana": ["", "ﾐﾅﾄ ", "x" * 61],
    "postal_code": ["105-0001", "1050-001", ""],
    "address1": ["港区", "東京都\\", " 東京都", "東京都" + "あ" * 98],
    "address2": ["第一ビル", "\u3000", "\x01"],
    "status": ["2", "3", ""],
    "ended_on": ["R7.3.31", "20250230", "5-R070331"],
    "contact": ["総務部", "x" * 41, "a\tb"],
}


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """A good row with a few cells changed."""
    changed = draw(st.lists(st.sampled_from(list(CELLS)), max_size=3))
    return employer(**{name: draw(st.sampled_from(CELLS[name]) | ANY_TEXT) for name in changed})


@settings(deadline=None)
@given(st.lists(rows(), min_size=1, max_size=8))
def test_many_employers_at_once_are_staged_as_each_by_itself(given_rows: list[Row]) -> None:
    lines = range(2, len(given_rows) + 2)
    cells = {column.name: [row[column.name] for row in given_rows] for column in COLUMNS}
    stage = BulkStage("x", STAGED_COLUMNS, judge_staged, EmployerColumns())
    text, problems = judged_texts(stage, Stretch(lines, cells, []))
    staged = rows_by_line(text, STAGED_COLUMNS)
    for line, row in zip(lines, given_rows, strict=True):
        values, broken = judge_staged({name: trim(cell) for name, cell in row.items()})
        assert [problem[2:] for problem in problems if problem[0] == line] == [
            (p.column, p.rule, p.message, p.shape) for p in broken
        ]
        assert staged[line] == dict(values)
