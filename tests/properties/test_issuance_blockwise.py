"""Judging a block of columns against judging row by row: what it vouches for is good, and staged alike."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.file_intake.blockwise import rows_as_text
from issuance.intake import COLUMNS, judge_person
from issuance.intake.blockwise import PersonBlocks
from issuance.sql.roster import STAGED_COLUMNS
from japan.blanks import trim
from tests.issuance.roster_files import Row, person
from tests.properties.copied_rows import rows_by_line

if TYPE_CHECKING:
    from collections.abc import Mapping


DAY = date(2025, 4, 30)
ANY_TEXT = st.text(st.characters(exclude_characters='",\r\n\0', exclude_categories=["Cs"]), max_size=6)
CELLS: dict[str, list[str]] = {
    "insurer_no": ["01130013", "03130010", "1130012", "０１１３００１２", "01480011"],
    "symbol": ["2100000", "021000001", "210000010", "21000001 ", "2100000a"],
    "number": ["0", "01", "1234567", "12345678", "", "１"],
    "edaban": ["0", "1", "99", "000", "0 "],
    "relation": ["2", "3", "", " 1"],
    "insured_kind": ["2", "9", "3", "\u30001"],
    "name": [
        "●",
        "山?田",
        "\u3000山田",
        "神\ufa19",
        "葛\U000e0100城",
        "\ue000",
        "a\tb",
        "a\\b",
        "＼",
        "あ" * 61,
        "か\u3099" * 60,
    ],
    "name_kana": ["ヤマダ", "ﾔﾏﾀﾞ ", "", "ﾔ\u3000", "yamada", "ｶﾞ" * 31, "A.B-C", "ﾞ"],
    "name_print": ["", "山田（旧）", "？", "x" * 61],
    "sex_print": ["女", "裏面参照", "M", " 男"],
    "birth_date": [
        "19500430",
        "19500501",
        "2025-05-01",
        "S25.5.1",
        "昭和64年1月8日",
        "5-R070430",
        "2025/4/30",
        "",
    ],
    "acquired_on": ["19790101", "R7.4.30", "令和元年5月1日", "2020-1-1", "99999999", ""],
    "decided_on": ["2015/4/9", "H31.5.1", "20250430", "00000000"],
    "lost_on": ["20250401", "x", " "],
    "card_held": ["0", "有", "", "1 "],
    "myna_status": ["1", "2", ""],
    "postal_code": ["1000013", "100-013", "1000-013", "１０００００１"],
    "address1": [
        "千代田区",
        "",
        "北海道",
        "東京都\t港区",
        "東京都\\x",
        " 大阪府 ",
        "東京都" + "あ" * 98,
        "京都府\x85",
    ],
    "address2": ["佐藤様方", "\u3000", "x" * 61, "\x01"],
    "nondisclosure": ["1", "x", ""],
    "voluntary_end": ["20261231", "R8.3.31", "R8.2.30"],
    "back_remarks": ["戸籍上の性別は女", " ", "\x7f"],
}


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """A good row with a few cells changed."""
    changed = draw(st.lists(st.sampled_from([column.name for column in COLUMNS]), max_size=3))
    return person(**{name: draw(st.sampled_from(CELLS[name]) | ANY_TEXT) for name in changed})


def text_of(columns: Mapping[str, pa.StringArray], lines: range) -> str:
    staged = [columns[name] for name in STAGED_COLUMNS]
    return bytes(rows_as_text([pa.array(map(str, lines)), *staged])).decode()


@settings(deadline=None)
@given(st.lists(rows(), min_size=1, max_size=8))
def test_a_block_is_staged_as_each_of_its_rows_by_itself(given_rows: list[Row]) -> None:
    lines = range(2, len(given_rows) + 2)
    cells = {column.name: pa.array([row[column.name] for row in given_rows]) for column in COLUMNS}
    columns, good = PersonBlocks(reference_date=DAY)(cells)
    staged = rows_by_line(text_of(columns, lines), STAGED_COLUMNS, only=good.to_pylist())
    assert len(staged) == sum(good.to_pylist())
    for line, row in zip(lines, given_rows, strict=True):
        if line in staged:
            values, broken = judge_person(
                {name: trim(cell) for name, cell in row.items()}, reference_date=DAY
            )
            assert (broken, staged[line]) == ([], {name: values[name] for name in STAGED_COLUMNS})


def test_it_vouches_for_ordinary_rows_and_not_for_their_neighbours() -> None:
    ordinary = [
        person(),
        person(
            birth_date="\u3000昭和55年4月1日 ", name="\u3000神\ufa19　一郎 ", number=" 7 ", sex_print="女 "
        ),
        person(insured_kind="2", voluntary_end="20261231", name_print="山田（旧）", address2="佐藤様方"),
        person(sex_print="裏面参照", back_remarks="戸籍上の性別は女", lost_on="2025/4/1", nondisclosure="1"),
    ]
    others = [
        person(insured_kind="2"),
        person(voluntary_end="20261231"),
        person(sex_print="裏面参照"),
        person(birth_date="20160101"),
        person(decided_on="20150331"),
        person(name="a\\b"),
        person(name="●"),
        person(number="07"),
        person(address1="千代田区"),
    ]
    cells = {column.name: pa.array([row[column.name] for row in ordinary + others]) for column in COLUMNS}
    good = PersonBlocks(reference_date=DAY)(cells)[1]
    assert good.to_pylist() == [True] * len(ordinary) + [False] * len(others)
