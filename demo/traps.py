"""The households every generated roster begins with: each trap of domain.md §9 once, by hand."""

from __future__ import annotations

from demo.rows import EmployerRow, PersonRow
from japan.insurer_number import branch_number

TOKYO = branch_number("13")
OPEN_EMPLOYER = EmployerRow(
    TOKYO,
    "21700023",
    "株式会社届商事",
    "ﾄﾄﾞｹｼｮｳｼﾞ",
    "1000013",
    "東京都千代田区霞が関1丁目3番2号",
    "郵便プラザ503室",
    "1",
    "",
    "",
)
ENDED_EMPLOYER = EmployerRow(
    TOKYO,
    "1060708",
    "株式会社閉店堂",
    "ﾍｲﾃﾝﾄﾞｳ",
    "1100016",
    "東京都台東区台東5-6-3",
    "",
    "2",
    "20250630",
    "清算人",
)
_BASE = PersonRow(
    insurer_no=TOKYO,
    symbol="21700023",
    number="1",
    edaban="00",
    relation="1",
    insured_kind="1",
    name="健保　太郎",
    name_kana="ｹﾝﾎﾟ ﾀﾛｳ",
    name_print="",
    sex_print="男",
    birth_date="19800101",
    acquired_on="20200401",
    decided_on="20200405",
    lost_on="",
    card_held="1",
    myna_status="0",
    postal_code="1000013",
    address1="東京都千代田区霞が関1丁目3番2号",
    address2="",
    nondisclosure="0",
    voluntary_end="",
    back_remarks="",
)


def trap_households() -> list[PersonRow]:
    """The rows of the trap households, all good, all of the Tokyo branch."""
    made: list[PersonRow] = []

    def add(number: int, *changes: dict[str, str]) -> None:
        for place, change in enumerate(changes):
            relation = "1" if place == 0 else "2"
            values = {"number": str(number), "edaban": f"{place:02d}", "relation": relation, **change}
            made.append(_BASE._replace(**values))

    add(
        1,
        {"name": "𠮷田　花子", "sex_print": "女"},
        {"name": "𠮷田　神太郎"},
        {"name": "渡邉󠄂　塚子"},
        {"name": "辻󠄀　隆"},
    )
    add(2, *[{} for _ in range(5)])  # five targets: two envelopes
    add(3, *[{} for _ in range(9)])  # nine targets: three envelopes
    add(4, {"myna_status": "1"}, {}, {"edaban": "07"})  # dependants only, with a gap in 枝番
    add(
        5,
        {"insured_kind": "2", "voluntary_end": "20261231"},
        {"insured_kind": "2", "voluntary_end": "20261231"},
    )
    add(6, {"symbol": "1060708", "insured_kind": "1"}, {"symbol": "1060708"})  # employer ended
    add(7, {"nondisclosure": "1"}, {}, {})  # 本人 不開示: the whole household is held
    add(8, {}, {"nondisclosure": "1"}, {})  # dependant 不開示: only that person is held
    add(9, {"birth_date": "19520229"}, {"birth_date": "20190501"})  # 29 February, 令和元年
    add(
        10,
        {"name": "髙橋　﨑", "name_print": "高橋　崎"},
        {"sex_print": "裏面参照", "back_remarks": "戸籍上の性別は女"},
    )
    add(11, {"name": "ALEXANDROVITCH KONSTANTIN", "name_kana": "ALEXANDROVITCH KONSTANTIN"})
    add(12, {"lost_on": "20250401"}, {"lost_on": "20250401"})  # leavers
    add(
        13, {"decided_on": "20241129"}, {"decided_on": "20241130"}
    )  # the last day that counts, and the day after
    add(14, {"card_held": "0", "myna_status": "1", "decided_on": "20250110"})  # three reasons at once
    add(15, {"postal_code": "1000000", "address1": "東京都千代田区"})  # no barcode for a code ending in 00
    add(16, {}, *[{} for _ in range(3)])  # the briefing's example: exactly four
    add(
        18,
        {
            "name": "ALEXANDROVITCH KONSTANTIN MAXIMILIAN THEODORE VON HOHENSTEIN",
            "name_kana": "ALEXANDROVITCH",
        },
        {"name": "ALEXANDROVITCH MARIA", "name_kana": "ALEXANDROVITCH MARIA"},
    )  # too long for the place of the 本人's name on a dependant's card: stops and asks
    add(19, {"name": "\U0002b820　一郎"})  # a character the face lacks: stops and asks
    add(17, {"address1": "東京都千代田区霞が関１丁目３番２号", "address2": "健保　花子様方"})
    return made
