"""Files that mean harm: flat memory, a clear answer, good rows untouched."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from backoffice.file_intake import RefusedFile
from issuance.models import InsuredPerson, Reject, RosterImport
from issuance.services import import_insured
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


@pytest.mark.django_db
def test_an_import_killed_half_way_leaves_nothing_and_can_be_done_again(
    tmp_path: Path, campaign: Campaign
) -> None:
    class Killed(BaseException):
        pass

    def kill(done: int, total: int, rows: int = 0, /) -> None:
        raise Killed

    path = roster_file(tmp_path, person(), person(number="2"))
    with pytest.raises(Killed), transaction.atomic():
        import_insured(campaign=campaign, path=path, file_name="x", at=MORNING, by=None, progress=kill)
    assert RosterImport.objects.count() == 0
    assert take_in(tmp_path, campaign, person(), person(number="2")).accepted == 2
