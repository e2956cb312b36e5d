"""Households and employers in the documented form, made from a seed: the same seed gives the same people.

The shares follow domain.md §8 roughly: about a third of all people are targets, 0.54 dependants per insured person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from demo.material import LATIN, given_name, places, surname
from japan.insurer_number import branch_number, check_digit
from japan.prefectures import PREFECTURES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

SIZES, SIZE_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 9), (690, 145, 105, 46, 8, 3, 2, 1)
PEOPLE_PER_EMPLOYER = 14
_PREFECTURE_WEIGHTS = {"13": 11, "27": 8, "23": 7, "14": 6, "11": 5, "12": 5, "28": 5, "01": 4, "40": 4}
_REFERENCE = date(2025, 4, 30)
_BOUNDARY_BIRTHS = (
    date(1989, 1, 7),
    date(1989, 1, 8),
    date(2019, 4, 30),
    date(2019, 5, 1),
    date(1952, 2, 29),
    date(1950, 5, 2),
)


@dataclass(frozen=True, slots=True)
class EmployerRow:
    """One row of the employer file."""

    insurer_no: str
    symbol: str
    name: str
    name_kana: str
    postal_code: str
    address1: str
    address2: str
    status: str
    ended_on: str
    contact: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One row of the roster file."""

    insurer_no: str
    symbol: str
    number: str
    edaban: str
    relation: str
    insured_kind: str
    name: str
    name_kana: str
    name_print: str
    sex_print: str
    birth_date: str
    acquired_on: str
    decided_on: str
    lost_on: str
    card_held: str
    myna_status: str
    postal_code: str
    address1: str
    address2: str
    nondisclosure: str
    voluntary_end: str
    back_remarks: str


def employers(random: Random, count: int, prefectures: tuple[str, ...] = ()) -> list[EmployerRow]:
    """`count` employers with unique symbols in these prefectures (none: all); about one in forty has ended (全喪)."""
    kinds = (("株式会社", ""), ("", "株式会社"), ("有限会社", ""), ("医療法人", ""), ("", "協同組合"))
    trades = ("工業", "商事", "運輸", "建設", "食品", "印刷", "電機", "会", "サービス", "製作所")
    made = []
    for place_number in range(count):
        prefecture = _prefecture(random, prefectures or tuple(PREFECTURES))
        place = random.choice([p for p in places(prefecture) if p.town])
        (kanji, kana), (before, after) = surname(random), random.choice(kinds)
        ended = random.random() < 0.025
        made.append(
            EmployerRow(
                insurer_no=branch_number(prefecture),
                symbol=f"{random.choice((1, 21, 31, 41, 4))}{place_number + 10_000:06d}"[-8:],
                name=f"{before}{kanji}{random.choice(trades)}{after}",
                name_kana=kana,
                postal_code=place.postal_code,
                address1=f"{PREFECTURES[prefecture]}{place.city}{place.town}{random.randint(1, 9)}丁目{random.randint(1, 30)}番{random.randint(1, 20)}号",
                address2=random.choice(("", "", "第一ビル3階", "駅前ビル")),
                status="2" if ended else "1",
                ended_on="20250331" if ended else "",
                contact=random.choice(("", "", "総務部", "人事課 社会保険係")),
            )
        )
    return made


def people(random: Random, count: int, offices: list[EmployerRow]) -> Iterator[PersonRow]:
    """At least `count` people in whole households, streamed."""
    made = number = 0
    while made < count:
        number += 1
        for row in household(random, number, random.choice(offices), random.choices(SIZES, SIZE_WEIGHTS)[0]):
            made += 1
            yield row


def household(random: Random, number: int, office: EmployerRow, size: int) -> list[PersonRow]:
    """One household of `size` people on one 記号・番号, with the traps of the field sprinkled in."""
    insured = _insured(random, number, office)
    rows = [insured]
    edaban = 0
    for _ in range(size - 1):
        edaban += 1 if random.random() > 0.05 else 2
        rows.append(_dependant(random, insured, f"{edaban:02d}"))
    # Households mostly go the same way with their マイナ保険証; now and then only the dependants are targets.
    alike = random.random() < 0.7
    shared = "0" if random.random() < 0.4 else "1"
    return [
        replace(row, myna_status=shared if alike else ("0" if random.random() < 0.4 else "1")) for row in rows
    ]


def _insured(random: Random, number: int, office: EmployerRow) -> PersonRow:
    prefecture = office.insurer_no[2:4]
    place = random.choice(places(prefecture))
    sex = random.choice("男女")
    name, kana = _name(random, sex)
    birth = _birth(random, 20, 74)
    acquired = date(2000, 4, 1) + timedelta(days=random.randrange(9000))
    acquired = max(acquired, birth)
    kind = random.choices(("1", "2", "9"), (9850, 110, 40))[0]
    insurer_no = office.insurer_no
    if kind == "9":
        insurer_no = f"03{prefecture}001"
        insurer_no += check_digit(insurer_no)
    town = place.town or "大字本町"
    return PersonRow(
        insurer_no=insurer_no,
        symbol=office.symbol,
        number=str(number),
        edaban="00",
        relation="1",
        insured_kind=kind,
        name=name,
        name_kana=kana,
        name_print="",
        sex_print=sex,
        birth_date=f"{birth:%Y%m%d}",
        acquired_on=f"{acquired:%Y%m%d}",
        decided_on=f"{_decided(random, acquired):%Y%m%d}",
        lost_on="20250415" if random.random() < 0.012 else "",
        card_held="0" if random.random() < 0.03 else "1",
        myna_status="1",
        postal_code=place.postal_code,
        address1=f"{PREFECTURES[prefecture]}{place.city}{town}{_lot(random)}",
        address2=random.choice(("", "", "", "コーポ青葉203号", "グランドハイツ1105", "佐藤様方")),
        nondisclosure="1" if random.random() < 0.003 else "0",
        voluntary_end="20261231" if kind == "2" else "",
        back_remarks="",
    )


def _dependant(random: Random, insured: PersonRow, edaban: str) -> PersonRow:
    sex = random.choice("男女")
    family, family_kana = _family_of(insured)
    given, given_kana = given_name(random, sex)
    birth = _birth(random, 0, 60)
    acquired = max(date.fromisoformat(f"{insured.acquired_on[:4]}-04-01"), birth)
    remarks = "戸籍上の性別は記載省略" if random.random() < 0.002 else ""
    return replace(
        insured,
        edaban=edaban,
        relation="2",
        name=f"{family}　{given}",
        name_kana=f"{family_kana} {given_kana}",
        sex_print="裏面参照" if remarks else sex,
        birth_date=f"{birth:%Y%m%d}",
        acquired_on=f"{acquired:%Y%m%d}",
        decided_on=f"{_decided(random, acquired):%Y%m%d}",
        lost_on="20250401" if random.random() < 0.008 else "",
        nondisclosure="1" if random.random() < 0.002 else "0",
        back_remarks=remarks,
    )


def _family_of(insured: PersonRow) -> tuple[str, str]:
    if "　" in insured.name:
        return insured.name.split("　")[0], insured.name_kana.split(" ")[0]
    return insured.name.split(" ")[0], insured.name_kana.split(" ")[0]


def _name(random: Random, sex: str) -> tuple[str, str]:
    if random.random() < 0.015:
        latin = random.choice([name for name, of in LATIN if of == sex])
        return latin, latin
    (family, family_kana), (given, given_kana) = surname(random), given_name(random, sex)
    return f"{family}　{given}", f"{family_kana} {given_kana}"


def _birth(random: Random, youngest: int, oldest: int) -> date:
    if youngest and random.random() < 0.01:
        return random.choice([day for day in _BOUNDARY_BIRTHS if day.year < 2005])
    return _REFERENCE - timedelta(days=random.randrange(youngest * 365 + 6, oldest * 365 + 1))


def _decided(random: Random, acquired: date) -> date:
    decided = acquired + timedelta(days=random.randrange(1, 30))
    return (
        decided
        if random.random() > 0.02
        else max(date(2024, 11, 30) + timedelta(days=random.randrange(60)), acquired)
    )


def _lot(random: Random) -> str:
    block, lot = random.randint(1, 30), random.randint(1, 40)
    return random.choice(
        (f"{block}丁目{lot}番{block}号", f"{block}-{lot}", f"{lot}番地{block}", f"三丁目{lot}－{block}")
    )


def _prefecture(random: Random, codes: tuple[str, ...]) -> str:
    return random.choices(codes, [_PREFECTURE_WEIGHTS.get(code, 2) for code in codes])[0]
