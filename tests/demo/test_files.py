from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import pytest

from demo import files
from demo.faults import FAULTS
from demo.files import FileForm, write_roster
from demo.population import RESERVED_SYMBOLS, Population
from demo.traps import ENDED_EMPLOYER, OPEN_EMPLOYER, trap_households
from employers.intake import COLUMNS as EMPLOYER_COLUMNS
from employers.services import import_employers
from issuance.intake import COLUMNS, judge_person
from issuance.models import Selection
from issuance.services import import_insured, select_targets
from tests.factories.backoffice import MORNING
from tests.factories.mailing import a_campaign

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2025, 4, 30)


def rows_of(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_roster(tmp_path / folder, count=200, seed=3, form=FileForm())
    write_roster(tmp_path / "c", count=200, seed=4, form=FileForm())
    for name in ("employers.csv", "insured.csv"):
        first, second, third = ((tmp_path / folder / name).read_bytes() for folder in "abc")
        assert first == second
        assert first != third


def test_several_processes_write_what_one_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "EMPLOYERS_PER_PART", 5)
    for processes in (1, 2):
        folder = tmp_path / str(processes)
        written = write_roster(folder, count=800, seed=3, form=FileForm(), processes=processes)
        assert written.people == (folder / "insured.csv").read_text().count("\n") - 1
    for name in ("employers.csv", "insured.csv"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_no_generated_employer_takes_the_symbol_of_a_trap() -> None:
    symbols = {
        row.symbol
        for seed in range(30)
        for number in (50_708, 690_023)
        for row in Population(str(seed), ("13",)).employers(number, 1)
    }
    assert not symbols & RESERVED_SYMBOLS
    assert {OPEN_EMPLOYER.symbol, ENDED_EMPLOYER.symbol} == RESERVED_SYMBOLS


@pytest.mark.parametrize("japanese", [True, False])
def test_headers_are_the_documented_ones(tmp_path: Path, *, japanese: bool) -> None:
    write_roster(tmp_path, count=10, seed=1, form=FileForm(japanese_headers=japanese))
    for name, columns in (("employers.csv", EMPLOYER_COLUMNS), ("insured.csv", COLUMNS)):
        wanted = [column.header if japanese else column.name for column in columns]
        assert (tmp_path / name).read_text(encoding="utf-8").splitlines()[0].split(",") == wanted


def test_a_cp932_file_leaves_out_whole_what_it_cannot_hold(tmp_path: Path) -> None:
    write_roster(tmp_path / "all", count=2000, seed=5, form=FileForm(broken=0))
    write_roster(tmp_path / "cp932", count=2000, seed=5, form=FileForm("cp932", broken=0))
    assert b"\r\n" in (tmp_path / "cp932" / "insured.csv").read_bytes()
    rows = rows_of(tmp_path / "cp932" / "insured.csv", "cp932")
    households = {(row["記号"], row["番号"]) for row in rows}
    insured = {(row["記号"], row["番号"]) for row in rows if row["本人家族区分"] == "1"}
    assert households == insured
    traps = {row["番号"] for row in rows if int(row["番号"]) < 1000}
    every = {row["番号"] for row in rows_of(tmp_path / "all" / "insured.csv") if int(row["番号"]) < 1000}
    assert every - traps == {"1", "19"}  # 𠮷, variation selectors, and a rare character: none is replaced


def test_as_many_rows_are_broken_as_it_says(tmp_path: Path) -> None:
    written = write_roster(tmp_path, count=1000, seed=6, form=FileForm(japanese_headers=False, broken=0.1))
    broken = [row for row in rows_of(tmp_path / "insured.csv") if judge_person(row, reference_date=DAY)[1]]
    assert written.broken == len(broken)
    assert 60 < written.broken < 140


@pytest.mark.django_db
def test_files_come_through_the_intake_whole(tmp_path: Path) -> None:
    written = write_roster(tmp_path, count=300, seed=7, form=FileForm(broken=0, prefectures=("13", "27")))
    campaign = a_campaign()
    employers = import_employers(
        campaign_code="R7", path=tmp_path / "employers.csv", file_name="e", at=MORNING, by=None
    )
    record = import_insured(
        campaign=campaign, path=tmp_path / "insured.csv", file_name="i", at=MORNING, by=None
    )
    assert (employers.accepted, employers.rejected) == (written.employers, 0)
    assert (record.accepted, record.rejected) == (written.people, 0)
    select_targets(campaign=campaign, at=MORNING, by=None)
    outcomes = set(Selection.objects.values_list("outcome", flat=True))
    assert outcomes == {"target", "held", "excluded"}


def test_every_fault_breaks_the_rule_it_is_named_after() -> None:
    good = trap_households()[0]._asdict()
    for rule, change in FAULTS.items():
        problems = judge_person({**good, **change}, reference_date=DAY)[1]
        assert rule in {f"{problem.column}_{problem.rule}" for problem in problems} | {
            problem.rule for problem in problems
        }, rule
