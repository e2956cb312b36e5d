from __future__ import annotations

from datetime import date

import pytest

from issuance.intake import COLUMNS, judge_loss, judge_person
from tests.issuance.roster_files import dependant, loss, person

REFERENCE = date(2025, 4, 30)


def rules(row: dict[str, str]) -> list[tuple[str, str]]:
    _values, problems = judge_person(row, reference_date=REFERENCE)
    return [(problem.column, problem.rule) for problem in problems]


def test_columns_are_the_documented_ones() -> None:
    assert {column.name: column.header for column in COLUMNS} == {
        "insurer_no": "保険者番号",
        "symbol": "記号",
        "number": "番号",
        "edaban": "枝番",
        "relation": "本人家族区分",
        "insured_kind": "被保険者種別",
        "name": "氏名",
        "name_kana": "氏名カナ",
        "name_print": "券面氏名",
        "sex_print": "性別",
        "birth_date": "生年月日",
        "acquired_on": "資格取得年月日",
        "decided_on": "決定年月日",
        "lost_on": "資格喪失年月日",
        "card_held": "保険証保有",
        "myna_status": "マイナ保険証状況",
        "postal_code": "郵便番号",
        "address1": "住所",
        "address2": "方書",
        "nondisclosure": "不開示フラグ",
        "voluntary_end": "任継満了日",
        "back_remarks": "裏面備考",
    }
    assert not any(column.optional for column in COLUMNS)


def test_a_good_row_is_staged_as_the_file_says_it() -> None:
    values, problems = judge_person(person(), reference_date=REFERENCE)
    assert problems == []
    assert values == {
        "insurer_no": "01130012",
        "symbol": "21000001",
        "number": "1",
        "edaban": "00",
        "relation": "1",
        "insured_kind": "1",
        "name": "山田　太郎",
        "name_kana": "ﾔﾏﾀﾞ ﾀﾛｳ",
        "name_print": "山田　太郎",
        "name_key": "山田太郎",
        "kana_key": "ヤマダタロウ",
        "sex_print": "男",
        "birth_date": date(1980, 4, 1),
        "acquired_on": date(2015, 4, 1),
        "decided_on": date(2015, 4, 10),
        "lost_on": None,
        "card_held": True,
        "myna_usable": False,
        "postal_code": "1000013",
        "address1": "東京都千代田区霞が関一丁目2番2号",
        "address2": "",
        "nondisclosure": False,
        "voluntary_end": None,
        "back_remarks": "",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"insurer_no": "01470012"},
        {"insurer_no": "03130010", "insured_kind": "9"},
        {"insurer_no": "04131009", "insured_kind": "9"},
        {"symbol": "1060708"},
        {"number": "9999999"},
        {"edaban": "99"},
        {"name": "葛\U000e0100" * 60},
        {"name": "MARIA SANTOS-LÓPEZ"},
        {"name_kana": "MARIA ｻﾝﾄｽ-J."},
        {"name_kana": "ｱ" * 60},
        {"name_print": "山田（旧姓　佐藤）"},
        {"sex_print": "女"},
        {"sex_print": "裏面参照", "back_remarks": "戸籍上の性別は男"},
        {"birth_date": "19500501"},
        {"birth_date": "2025-04-30", "acquired_on": "2025/4/30", "decided_on": "令和7年4月30日"},
        {"acquired_on": "S55.4.1", "decided_on": "昭和55年4月1日"},
        {"decided_on": "R7.6.1"},
        {"lost_on": "令和元年5月1日"},
        {"postal_code": "1000013"},
        {"address1": "北海道" + "あ" * 97},
        {"address1": "東京都港区●？"},
        {"address2": "い" * 60},
        {"insured_kind": "2", "voluntary_end": "20260331"},
        {"insured_kind": "9"},
        {"back_remarks": "氏名欄の括弧内は旧姓"},
    ],
)
def test_values_at_the_edge_of_the_rules_are_accepted(changes: dict[str, str]) -> None:
    assert rules(person(**changes)) == []


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("insurer_no", "", "insurer_no_format"),
        ("insurer_no", "1130012", "insurer_no_format"),
        ("insurer_no", "０１１３００１２", "insurer_no_format"),
        ("insurer_no", "01130013", "insurer_no_check_digit"),
        ("insurer_no", "06130017", "insurer_no_unknown"),
        ("insurer_no", "01132018", "insurer_no_unknown"),
        ("insurer_no", "01480011", "insurer_no_unknown"),
        ("symbol", "", "symbol_format"),
        ("symbol", "106070", "symbol_format"),
        ("symbol", "01060708", "symbol_format"),
        ("symbol", "210000011", "symbol_format"),
        ("symbol", "2100000A", "symbol_format"),
        ("number", "", "number_format"),
        ("number", "0", "number_format"),
        ("number", "01", "number_format"),
        ("number", "12345678", "number_format"),
        ("edaban", "", "edaban_format"),
        ("edaban", "0", "edaban_format"),
        ("edaban", "000", "edaban_format"),
        ("edaban", "٠٠", "edaban_format"),
        ("relation", "", "relation_code"),
        ("relation", "3", "relation_code"),
        ("insured_kind", "", "insured_kind_code"),
        ("insured_kind", "3", "insured_kind_code"),
        ("name", "", "name_length"),
        ("name", "あ" * 61, "name_length"),
        ("name", "か" + "\u3099" * 300, "name_length"),
        ("name", "山田●郎", "name_character"),
        ("name", "山田〓郎", "name_character"),
        ("name", "山田？郎", "name_character"),
        ("name", "山田\ue000郎", "name_character"),
        ("name", "山田\n太郎", "name_character"),
        ("name_kana", "", "name_kana_length"),
        ("name_kana", "ｱ" * 61, "name_kana_length"),
        ("name_kana", "ヤマダ", "name_kana_character"),
        ("name_kana", "yamada", "name_kana_character"),
        ("name_print", "あ" * 61, "name_print_length"),
        ("name_print", "山田●郎", "name_print_character"),
        ("sex_print", "", "sex_print_code"),
        ("sex_print", "M", "sex_print_code"),
        ("birth_date", "", "birth_date_missing"),
        ("birth_date", "5-550401", "birth_date_date_era_code"),
        ("birth_date", "55.4.1", "birth_date_date_format"),
        ("birth_date", "1950-04-30", "birth_date_75_or_over"),
        ("acquired_on", "", "acquired_on_missing"),
        ("acquired_on", "S54.12.31", "acquired_on_before_birth"),
        ("decided_on", "", "decided_on_missing"),
        ("decided_on", "20150331", "decided_on_before_acquired"),
        ("decided_on", "平成31年5月1日", "decided_on_date_impossible"),
        ("decided_on", "2023-02-29", "decided_on_date_impossible"),
        ("lost_on", "0", "lost_on_date_format"),
        ("card_held", "", "card_held_code"),
        ("card_held", "2", "card_held_code"),
        ("myna_status", "", "myna_status_code"),
        ("postal_code", "", "postal_code_format"),
        ("postal_code", "10-00013", "postal_code_format"),
        ("postal_code", "100013", "postal_code_format"),
        ("address1", "", "address1_length"),
        ("address1", "東京都" + "あ" * 98, "address1_length"),
        ("address1", "千代田区霞が関", "address1_prefecture"),
        ("address1", "東京都\t港区", "address1_character"),
        ("address2", "あ" * 61, "address2_length"),
        ("nondisclosure", "", "nondisclosure_code"),
        ("nondisclosure", "true", "nondisclosure_code"),
        ("voluntary_end", "20260331", "voluntary_end_unexpected"),
        ("back_remarks", "あ" * 61, "back_remarks_length"),
    ],
)
def test_a_broken_rule_is_named_with_its_column(column: str, value: str, rule: str) -> None:
    assert rules(person(**{column: value})) == [(column, rule)]


def test_nobody_is_born_after_the_reference_date() -> None:
    row = person(birth_date="2025-05-01", acquired_on="2025-05-01", decided_on="2025-05-01")
    assert rules(row) == [("birth_date", "birth_date_after_reference")]


def test_voluntary_insured_need_the_end_and_a_sex_on_the_back_its_remark() -> None:
    assert rules(person(insured_kind="2")) == [("voluntary_end", "voluntary_end_missing")]
    assert rules(person(insured_kind="2", voluntary_end="x")) == [
        ("voluntary_end", "voluntary_end_date_format")
    ]
    assert rules(dependant(sex_print="裏面参照")) == [("back_remarks", "back_remarks_missing")]


def test_every_broken_rule_of_a_row_is_noted() -> None:
    assert rules(person(symbol="0", name="●" * 61, birth_date="x", nondisclosure="9")) == [
        ("symbol", "symbol_format"),
        ("name", "name_length"),
        ("name", "name_character"),
        ("birth_date", "birth_date_date_format"),
        ("nondisclosure", "nondisclosure_code"),
    ]


def test_messages_hold_nothing_of_the_row() -> None:
    row = dict.fromkeys(person(), "ひみつ" * 50)
    _values, problems = judge_person(row, reference_date=REFERENCE)
    assert len(problems) >= 20
    assert [problem for problem in problems if "ひみつ" in problem.message or not problem.message] == []


def test_search_keys_that_grow_are_cut_to_what_fits() -> None:
    values, problems = judge_person(person(name="㌖" * 60 + "\ufe00" * 60), reference_date=REFERENCE)
    assert problems == []
    assert len(values["name_key"]) == 360
    values, _problems = judge_person(person(name="ﷺ" * 60), reference_date=REFERENCE)
    assert len(values["name_key"]) == 600


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"lost_on": ""}, [("lost_on", "lost_on_missing")]),
        (
            {"edaban": "1", "lost_on": "R7.13.1"},
            [("edaban", "edaban_format"), ("lost_on", "lost_on_date_impossible")],
        ),
    ],
)
def test_rules_of_a_loss(changes: dict[str, str], expected: list[tuple[str, str]]) -> None:
    values, problems = judge_loss(loss(**changes))
    assert [(problem.column, problem.rule) for problem in problems] == expected
    assert list(values) == ["insurer_no", "symbol", "number", "edaban", "lost_on"]
