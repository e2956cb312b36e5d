from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from issuance.models import InsuredPerson
from tests.factories.issuance import CampaignFactory
from tests.issuance.roster_files import Row, dependant, person, rejected, take_in, take_in_employer

if TYPE_CHECKING:
    from pathlib import Path

HOUSEHOLDS: list[tuple[str, list[Row], list[tuple[int, str]], list[str]]] = [
    (
        "every row of a repeated key, its good neighbours stay",
        [person(), dependant("01"), dependant("01", name="別人"), dependant("02"), dependant("01", name="●")],
        [(3, "repeated_key"), (4, "repeated_key"), (6, "name_character"), (6, "repeated_key")],
        ["1-00", "1-02"],
    ),
    (
        "a repeated 本人",
        [person(), person(), dependant()],
        [(n, rule) for n in (2, 3) for rule in ("repeated_key", "household_insured_count")]
        + [(4, "household_insured_count")],
        [],
    ),
    (
        "no 本人",
        [dependant(), dependant("02"), person(number="2")],
        [(2, "household_insured_count"), (3, "household_insured_count")],
        ["2-00"],
    ),
    (
        "two 本人, one of them broken",
        [person(), person(edaban="01", name="●"), dependant("02")],
        [
            (2, "household_insured_count"),
            (3, "name_character"),
            (3, "household_insured_count"),
            (4, "household_insured_count"),
        ],
        [],
    ),
    (
        "a rejected 本人 takes the household with it, a rejected dependant nobody",
        [
            person(name="●"),
            dependant(),
            person(number="2"),
            dependant(number="2", birth_date="x"),
            dependant("02", number="2"),
        ],
        [(2, "name_character"), (3, "household_lost_insured"), (5, "birth_date_date_format")],
        ["2-00", "2-02"],
    ),
    (
        "an unknown employer",
        [
            person(symbol="21000002"),
            dependant(symbol="21000002"),
            person(insurer_no="01270016"),
            person(number="3"),
        ],
        [
            (2, "unknown_employer"),
            (3, "unknown_employer"),
            (3, "household_lost_insured"),
            (4, "unknown_employer"),
        ],
        ["3-00"],
    ),
    (
        "only one 一般 dependant of a 任意継続 household lacks the employer",
        [
            person(symbol="71000001", insured_kind="2", voluntary_end="R8.3.31"),
            dependant("01", symbol="71000001"),
            dependant("02", symbol="71000001", insured_kind="2", voluntary_end="R8.3.31"),
        ],
        [(3, "unknown_employer")],
        ["1-00", "1-02"],
    ),
    (
        "a relation nobody knows counts as no 本人",
        [person(relation="9"), dependant(), person(number="2"), dependant(number="2", relation="")],
        [
            (2, "relation_code"),
            (2, "household_insured_count"),
            (3, "household_insured_count"),
            (5, "relation_code"),
        ],
        ["2-00"],
    ),
    (
        "枝番 does not tell who the 本人 is",
        [person(edaban="01"), dependant("00")],
        [],
        ["1-00", "1-01"],
    ),
    (
        "numbers are compared as text",
        [person(number="1"), person(number="01"), dependant(number="01")],
        [(3, "number_format"), (4, "number_format"), (4, "household_lost_insured")],
        ["1-00"],
    ),
]


@pytest.mark.usefixtures("way")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("case", "rows", "rejects", "kept"), HOUSEHOLDS, ids=[case for case, *_ in HOUSEHOLDS]
)
def test_whole_file_rules(
    tmp_path: Path,
    case: str,
    rows: list[Row],
    rejects: list[tuple[int, str]],
    kept: list[str],
) -> None:
    campaign = CampaignFactory.create()
    take_in_employer(tmp_path, campaign)
    record = take_in(tmp_path, campaign, *rows)
    assert [(line, rule) for line, _column, rule in rejected(record)] == rejects
    people = InsuredPerson.objects.order_by("household__number", "edaban")
    found = people.values_list("household__number", "edaban")
    assert [f"{number}-{edaban}" for number, edaban in found] == kept
    assert (record.rows, record.accepted, record.rejected) == (len(rows), len(kept), len(rows) - len(kept))
