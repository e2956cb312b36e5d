"""Files that mean harm, or were damaged on the way: flat memory, a clear answer, good rows untouched."""

from __future__ import annotations

import random
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from backoffice.file_intake import RefusedFile, open_table
from demo.files import FileForm, write_roster
from issuance.intake import COLUMNS, judge_person
from issuance.models import InsuredPerson, Reject, RosterImport
from issuance.services import import_insured
from issuance.sql.roster import STAGED_COLUMNS
from tests.factories.backoffice import MORNING
from tests.factories.issuance import CampaignFactory
from tests.issuance.roster_files import person, rejected, roster_file, take_in, take_in_employer

if TYPE_CHECKING:
    from pathlib import Path

    from issuance.models import Campaign

MEGABYTE = 1 << 20


@pytest.fixture
def campaign(db: None, tmp_path: Path) -> Campaign:
    made = CampaignFactory.create()
    take_in_employer(tmp_path, made)
    return made


def bring(campaign: Campaign, path: Path) -> RosterImport:
    return import_insured(campaign=campaign, path=path, file_name=path.name, at=MORNING, by=None)


def test_a_line_without_end_is_refused_without_being_read(tmp_path: Path, campaign: Campaign) -> None:
    path = roster_file(tmp_path, person())
    with path.open("r+b") as file:
        file.seek(60 * MEGABYTE, 2)  # a hole: 60 MB of NUL in one line, for no space on the disk
        file.write(b"\n")
    tracemalloc.start()
    try:
        with pytest.raises(RefusedFile) as refusal:
            bring(campaign, path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (refusal.value.code, "3行目" in refusal.value.message) == ("line_too_long", True)
    assert peak < 20 * MEGABYTE
    assert RosterImport.objects.count() == 0


def test_sixty_columns_break_each_row_only(tmp_path: Path, campaign: Campaign) -> None:
    path = roster_file(tmp_path, person(), person(number="2"))
    first, second, third = path.read_text().splitlines()
    path.write_text("\n".join([first, second, third + "," * 38, "x", third, ""]))
    record = bring(campaign, path)
    assert rejected(record) == [(3, "", "column_count"), (4, "", "column_count")]
    assert list(InsuredPerson.objects.order_by("line").values_list("line", flat=True)) == [2, 5]


def test_many_broken_rows_are_all_kept_with_flat_memory(tmp_path: Path, campaign: Campaign) -> None:
    def broken_file(rows: int) -> Path:
        return roster_file(
            tmp_path, *(person(number=f"0{n}", edaban="x") for n in range(rows)), name=f"{rows}.csv"
        )

    peaks = []
    for path in (broken_file(2_000), broken_file(16_000)):
        tracemalloc.start()
        with transaction.atomic():
            record = bring(campaign, path)
            assert (record.accepted, record.rejected) == (0, record.rows)
            assert Reject.objects.filter(source=record).values("line").distinct().count() == record.rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Eight times the rows; what waits to be stored is bounded.
    assert peaks[1] < 40 * MEGABYTE


MUTATIONS = ["cut", "quote", "nul", "blank", "wide", "formula", "doubled", "tab", "backslash", "swap", "date"]


def mutated(line: str, way: str, fate: random.Random) -> str:
    """The line with one thing done to it."""
    place = fate.randrange(len(line))
    return {
        "cut": line[:place],
        "quote": f'{line[:place]}"{line[place:]}',
        "nul": f"{line[:place]}\0{line[place:]}",
        "blank": line.replace(",", ", \u3000", 3),
        "wide": line.replace("0", "０", 1),
        "formula": line.replace(",1,", ",=1+1,", 1),
        "doubled": f"{line}\n{line}",
        "tab": f"{line[:place]}\t{line[place:]}",
        "backslash": f"{line[:place]}\\N{line[place:]}",
        "swap": line[: place - 1] + line[place : place + 1] + line[place - 1 : place] + line[place + 1 :],
        "date": line.replace(",19", ",昭和64年1月8日", 1),
    }[way]


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_mutated_roster_is_judged_as_row_by_row(tmp_path: Path, encoding: str) -> None:
    fate = random.Random(encoding)
    write_roster(tmp_path, count=1500, seed=11, form=FileForm(encoding, broken=0.03, prefectures=("13",)))
    path = tmp_path / "insured.csv"
    head, *lines = path.read_bytes().decode(encoding).replace("\r\n", "\n").splitlines()
    damaged = [mutated(line, fate.choice(MUTATIONS), fate) if fate.random() < 0.2 else line for line in lines]
    path.write_bytes("\n".join([head, *damaged, ""]).encode(encoding, "ignore"))
    campaign = CampaignFactory.create()
    record = bring(campaign, path)
    found: dict[int, set[tuple[str, str]]] = {}
    for line, column, rule in rejected(record):
        found.setdefault(line, set()).add((column, rule))
    rows = 0
    for row in open_table(path, COLUMNS):
        rows += 1
        if not hasattr(row, "values"):
            assert found[row.line] == {("", row.rule)}
            continue
        values, problems = judge_person(row.values, reference_date=campaign.reference_date)
        assert {(p.column, p.rule) for p in problems} <= found.get(row.line, set())
        stored = InsuredPerson.objects.select_related("household").filter(line=row.line).first()
        assert (stored is None) is (row.line in found)
        if stored is not None:
            household = {"insurer_no", "symbol", "number"}
            assert {
                name: getattr(stored.household if name in household else stored, name)
                for name in STAGED_COLUMNS
            } == values
    assert (record.rows, record.rejected) == (rows, len(found))
    assert record.accepted == InsuredPerson.objects.count()


@pytest.mark.django_db
def test_an_import_killed_half_way_leaves_nothing_and_can_be_done_again(
    tmp_path: Path, campaign: Campaign
) -> None:
    class Killed(BaseException):
        pass

    def kill(done: int, total: int) -> None:
        raise Killed

    path = roster_file(tmp_path, person(), person(number="2"))
    with pytest.raises(Killed), transaction.atomic():
        import_insured(campaign=campaign, path=path, file_name="x", at=MORNING, by=None, progress=kill)
    assert RosterImport.objects.count() == 0
    assert take_in(tmp_path, campaign, person(), person(number="2")).accepted == 2
