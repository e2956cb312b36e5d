"""Breaking rows on purpose: one way for each rule of the roster (interfaces §1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from demo.rows import PersonRow

FAULTS: dict[str, dict[str, str]] = {
    "insurer_no_check_digit": {"insurer_no": "01130013"},
    "insurer_no_format": {"insurer_no": "1130012"},
    "insurer_no_unknown": {"insurer_no": "06130017"},
    "symbol_format": {"symbol": "02170002"},
    "number_format": {"number": "0123"},
    "edaban_format": {"edaban": "0"},
    "relation_code": {"relation": "3"},
    "insured_kind_code": {"insured_kind": "5"},
    "name_length": {"name": ""},
    "name_character": {"name": "●田　太郎"},
    "name_kana_character": {"name_kana": "ケンポ"},
    "sex_print_code": {"sex_print": "M"},
    "birth_date_date_impossible": {"birth_date": "平成31年5月1日"},
    "birth_date_date_era_code": {"birth_date": "5-R070430"},
    "birth_date_75_or_over": {"birth_date": "19400101"},
    "acquired_on_before_birth": {"birth_date": "20200101", "acquired_on": "20190101"},
    "decided_on_before_acquired": {"acquired_on": "20200401", "decided_on": "20200331"},
    "lost_on_date_impossible": {"lost_on": "99999999"},
    "card_held_code": {"card_held": "有"},
    "myna_status_code": {"myna_status": "2"},
    "postal_code_format": {"postal_code": "100-013"},
    "address1_prefecture": {"address1": "千代田区霞が関1-3-2"},
    "voluntary_end_unexpected": {"insured_kind": "1", "voluntary_end": "20261231"},
    "back_remarks_missing": {"sex_print": "裏面参照", "back_remarks": ""},
}

_RULES = tuple(FAULTS)


def break_row(random: Random, row: PersonRow) -> tuple[PersonRow, str]:
    """The row with one rule broken, and the rule's code."""
    rule = random.choice(_RULES)
    return row._replace(**FAULTS[rule]), rule
