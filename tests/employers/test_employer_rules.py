from __future__ import annotations

from datetime import date

import pytest

from employers.intake import COLUMNS, EmployerRow, judge_employer
from tests.issuance.roster_files import employer


def rules(row: dict[str, str]) -> list[tuple[str, str]]:
    _row, problems = judge_employer(row)
    return [(problem.column, problem.rule) for problem in problems]


def test_columns_are_the_documented_ones() -> None:
    assert {column.name: column.header for column in COLUMNS} == {
        "insurer_no": "保険者番号",
        "symbol": "記号",
        "name": "事業所名称",
        "name_kana": "事業所カナ",
        "postal_code": "郵便番号",
        "address1": "所在地",
        "address2": "所在地2",
        "status": "適用状況",
        "ended_on": "全喪年月日",
        "contact": "送付先部署",
    }


def test_a_good_row_is_stored_as_the_file_says_it() -> None:
    row, problems = judge_employer(employer(status="2", ended_on="R7.3.31", postal_code="105-0001"))
    assert problems == []
    assert row == EmployerRow(
        insurer_no="01130012",
        symbol="21000001",
        name="株式会社みなと",
        name_kana="ミナト",
        postal_code="1050001",
        address1="東京都港区虎ノ門一丁目2番3号",
        address2="",
        status="2",
        ended_on=date(2025, 3, 31),
        contact="社会保険事務担当者様",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "あ" * 60},
        {"name": "ＡＢＣ●？商会"},
        {"name_kana": ""},
        {"contact": "総務部　人事課　御中"},
        {"address2": "みなとビル3階"},
    ],
)
def test_values_at_the_edge_of_the_rules_are_accepted(changes: dict[str, str]) -> None:
    assert rules(employer(**changes)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"insurer_no": "01130013"}, [("insurer_no", "insurer_no_check_digit")]),
        ({"symbol": "01060708"}, [("symbol", "symbol_format")]),
        ({"name": ""}, [("name", "name_length")]),
        ({"name": "あ" * 61}, [("name", "name_length")]),
        ({"name": "株式\n会社"}, [("name", "name_character")]),
        ({"name_kana": "ア" * 61}, [("name_kana", "name_kana_length")]),
        ({"postal_code": "105"}, [("postal_code", "postal_code_format")]),
        ({"address1": "港区"}, [("address1", "address1_prefecture")]),
        ({"address2": "あ" * 61}, [("address2", "address2_length")]),
        ({"status": "3"}, [("status", "status_code")]),
        ({"status": "2"}, [("ended_on", "ended_on_missing")]),
        ({"ended_on": "R7.3.31"}, [("ended_on", "ended_on_unexpected")]),
        ({"status": "2", "ended_on": "R7.2.29"}, [("ended_on", "ended_on_date_impossible")]),
        ({"contact": "あ" * 41}, [("contact", "contact_length")]),
        ({"symbol": "0", "status": ""}, [("symbol", "symbol_format"), ("status", "status_code")]),
    ],
)
def test_every_broken_rule_is_named_with_its_column(
    changes: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert rules(employer(**changes)) == expected
