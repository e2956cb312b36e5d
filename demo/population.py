"""Households and employers in the documented form, made from a seed: the same seed gives the same people.

The shares follow domain.md §8 roughly: about a third of all people are targets, 0.54 dependants per insured person.
People are made in parts, each from a generator of its own, so that any number of processes writes the same file and no
part needs another. A draw is `list[int(draw() * len)]`: ten times as fast as `random.choice`.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING

from demo.material import (
    LATIN,
    day_number,
    first_of_april,
    given_names,
    listed_places,
    lots,
    places,
    repeated,
    surnames,
    written_days,
)
from demo.rows import EmployerRow, PersonRow
from japan.insurer_number import branch_number, check_digit
from japan.prefectures import PREFECTURES

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE_PER_EMPLOYER = 14
# The symbols of the employers of the trap households; no other employer may have them.
RESERVED_SYMBOLS = frozenset({"21700023", "1060708"})
_SIZES = repeated({1: 690, 2: 145, 3: 105, 4: 46, 5: 8, 6: 3, 7: 2, 9: 1})
_KINDS = repeated({"1": 9850, "2": 110, "9": 40})
_PREFECTURE_WEIGHTS = {"13": 11, "27": 8, "23": 7, "14": 6, "11": 5, "12": 5, "28": 5, "01": 4, "40": 4}
_COMPANIES = tuple(
    f"{before}{{}}{trade}{after}"
    for before, after in (
        ("株式会社", ""),
        ("", "株式会社"),
        ("有限会社", ""),
        ("医療法人", ""),
        ("", "協同組合"),
    )
    for trade in ("工業", "商事", "運輸", "建設", "食品", "印刷", "電機", "会", "サービス", "製作所")
)
_OFFICE_ROOMS = ("", "", "第一ビル3階", "駅前ビル")
_CONTACTS = ("", "", "総務部", "人事課 社会保険係")
_ROOMS = ("", "", "", "コーポ青葉203号", "グランドハイツ1105", "佐藤様方")
_BOUNDARY_BIRTHS = tuple(
    day_number(day) for day in (date(1989, 1, 7), date(1989, 1, 8), date(1952, 2, 29), date(1950, 5, 2))
)
_REFERENCE, _FIRST_ACQUIRED, _AFTER_CUTOFF = map(
    day_number, (date(2025, 4, 30), date(2000, 4, 1), date(2024, 11, 30))
)


class Population:
    """Employers and the people who work there, drawn from one generator."""

    def __init__(self, seed: str, prefectures: tuple[str, ...] = ()) -> None:
        self._draw = Random(seed).random
        weights = {code: _PREFECTURE_WEIGHTS.get(code, 2) for code in prefectures or tuple(PREFECTURES)}
        self._prefectures = repeated(weights)
        self._days, self._april = written_days(), first_of_april()

    def employers(self, first: int, count: int) -> Iterator[EmployerRow]:
        """`count` employers from running number `first` on, each with a symbol of its own; about one in forty has
        ended (全喪)."""
        draw = self._draw
        for number in range(first, first + count):
            prefecture = self._prefectures[int(draw() * len(self._prefectures))]
            found = listed_places(prefecture)
            place = found[int(draw() * len(found))]
            kanji, kana = surnames()[int(draw() * len(surnames()))]
            ended = draw() < 0.025
            block, lot, house = 1 + int(draw() * 9), 1 + int(draw() * 30), 1 + int(draw() * 20)
            symbol = f"{(1, 21, 31, 41, 4)[int(draw() * 5)]}{number + 10_000:06d}"
            yield EmployerRow(
                insurer_no=branch_number(prefecture),
                symbol=f"51{symbol[-6:]}" if symbol in RESERVED_SYMBOLS else symbol,
                name=_COMPANIES[int(draw() * len(_COMPANIES))].format(kanji),
                name_kana=kana,
                postal_code=place.postal_code,
                address1=f"{place.address}{block}丁目{lot}番{house}号",
                address2=_OFFICE_ROOMS[int(draw() * 4)],
                status="2" if ended else "1",
                ended_on="20250331" if ended else "",
                contact=_CONTACTS[int(draw() * 4)],
            )

    def households(
        self, count: int, offices: list[EmployerRow], first_number: int
    ) -> Iterator[list[PersonRow]]:
        """At least `count` people of these employers in whole households, whose 番号 run from `first_number` on."""
        made, number, draw = 0, first_number, self._draw
        while made < count:
            office = offices[int(draw() * len(offices))]
            household = self._household(number, office, _SIZES[int(draw() * len(_SIZES))])
            made += len(household)
            number += 1
            yield household

    def _household(self, number: int, office: EmployerRow, size: int) -> list[PersonRow]:
        """One household of `size` people on one 記号・番号, with the traps of the field sprinkled in.

        Households mostly go the same way with their マイナ保険証; now and then only the dependants are targets.
        """
        draw = self._draw
        alike, shared = draw() < 0.7, "0" if draw() < 0.4 else "1"
        acquired = _FIRST_ACQUIRED + int(draw() * 9000)
        rows = [self._insured(number, office, acquired, shared if alike else self._myna())]
        edaban = 0
        for _ in range(size - 1):
            edaban += 1 if draw() > 0.05 else 2
            rows.append(self._dependant(rows[0], edaban, acquired, shared if alike else self._myna()))
        return rows

    def _insured(self, number: int, office: EmployerRow, acquired: int, myna: str) -> PersonRow:
        draw = self._draw
        insurer_no, prefecture = office.insurer_no, office.insurer_no[2:4]
        sex = "男" if draw() < 0.5 else "女"
        name, kana = self._name(sex)
        birth = self._birth(20, 74)
        acquired = max(acquired, birth)
        found = places(prefecture)
        place = found[int(draw() * len(found))]
        kind = _KINDS[int(draw() * len(_KINDS))]
        if kind == "9":
            insurer_no = f"03{prefecture}001"
            insurer_no += check_digit(insurer_no)
        return PersonRow(
            insurer_no,
            office.symbol,
            str(number),
            "00",
            "1",
            kind,
            name,
            kana,
            "",
            sex,
            self._days[birth],
            self._days[acquired],
            self._days[self._decided(acquired)],
            "20250415" if draw() < 0.012 else "",
            "0" if draw() < 0.03 else "1",
            myna,
            place.postal_code,
            place.address + lots()[int(draw() * len(lots()))],
            _ROOMS[int(draw() * 6)],
            "1" if draw() < 0.003 else "0",
            "20261231" if kind == "2" else "",
            "",
        )

    def _dependant(self, insured: PersonRow, edaban: int, acquired: int, myna: str) -> PersonRow:
        draw = self._draw
        sex = "男" if draw() < 0.5 else "女"
        blank = "\u3000" if "\u3000" in insured.name else " "
        given = given_names(sex)[int(draw() * len(given_names(sex)))]
        birth = self._birth(0, 60)
        acquired = max(self._april[acquired], birth)
        remarks = "戸籍上の性別は記載省略" if draw() < 0.002 else ""
        return insured._replace(
            edaban=f"{edaban:02d}",
            relation="2",
            name=f"{insured.name.split(blank, 1)[0]}\u3000{given.kanji}",
            name_kana=f"{insured.name_kana.split(' ', 1)[0]} {given.kana}",
            sex_print="裏面参照" if remarks else sex,
            birth_date=self._days[birth],
            acquired_on=self._days[acquired],
            decided_on=self._days[self._decided(acquired)],
            lost_on="20250401" if draw() < 0.008 else "",
            myna_status=myna,
            nondisclosure="1" if draw() < 0.002 else "0",
            back_remarks=remarks,
        )

    def _myna(self) -> str:
        return "0" if self._draw() < 0.4 else "1"

    def _name(self, sex: str) -> tuple[str, str]:
        draw = self._draw
        if draw() < 0.015:
            latin = LATIN[sex][int(draw() * len(LATIN[sex]))]
            return latin, latin
        family, given = surnames()[int(draw() * len(surnames()))], given_names(sex)
        own = given[int(draw() * len(given))]
        return f"{family.kanji}\u3000{own.kanji}", f"{family.kana} {own.kana}"

    def _birth(self, youngest: int, oldest: int) -> int:
        draw = self._draw
        if youngest and draw() < 0.01:
            return _BOUNDARY_BIRTHS[int(draw() * len(_BOUNDARY_BIRTHS))]
        return _REFERENCE - youngest * 365 - 6 - int(draw() * ((oldest - youngest) * 365 - 5))

    def _decided(self, acquired: int) -> int:
        draw = self._draw
        if draw() < 0.02:
            return max(_AFTER_CUTOFF + int(draw() * 60), acquired)
        return acquired + 1 + int(draw() * 29)
