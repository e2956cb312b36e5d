"""The vendor to rehearse with: what it answers, read by the real import."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from backoffice.refusal import Refused
from demo.vendor import Faults, answer
from mailing.models import PrintBatch
from mailing.services import import_vendor_results
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    clerk,
    pack_and_plan,
    release,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db

PIECES = 12


@pytest.fixture
def package(tmp_path: Path) -> Path:
    campaign = a_campaign()
    for _ in range(PIECES):
        a_household(campaign, "00")
    release(pack_and_plan(campaign), tmp_path / "package")
    return tmp_path / "package"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="cp932", newline="") as file:
        return list(csv.DictReader(file))


def imported(path: Path) -> Any:
    batch = PrintBatch.objects.get()
    return import_vendor_results(batch=batch, path=path, file_name=path.name, by=clerk(), at=MORNING)


def test_a_good_vendor_reports_every_piece_once(package: Path) -> None:
    made = answer(package, seed=1, faults=Faults())
    pieces = [row["piece_no"] for row in rows_of(package / "envelopes.csv")]
    assert [tuple(row.values()) for row in rows_of(made.first)] == [
        (piece, "1", "inserted") for piece in pieces
    ]
    assert (made.second, made.rows) == (None, PIECES)
    counts = imported(made.first)
    assert (counts.inserted, counts.difference) == (PIECES, 0)


def test_the_same_seed_gives_the_same_answer(package: Path) -> None:
    faults = Faults(missing=True, spoiled=True, duplicate=True, surplus=True)
    texts = [answer(package, seed=seed, faults=faults).first.read_bytes() for seed in (1, 1, 2)]
    assert (texts[0] == texts[1], texts[0] == texts[2]) == (True, False)


@pytest.mark.parametrize("fault", ["missing", "spoiled"])
def test_one_piece_in_ten_is_mishandled(package: Path, fault: str) -> None:
    made = answer(package, seed=1, faults=Faults(**{fault: True}))
    outcomes = [row["outcome"] for row in rows_of(made.first)]
    assert (outcomes.count(fault), outcomes.count("inserted")) == (1, PIECES - 1)


def test_a_wrong_count_leaves_the_last_piece_out(package: Path) -> None:
    made = answer(package, seed=1, faults=Faults(wrong_count=True))
    assert len(rows_of(made.first)) == PIECES - 1
    assert imported(made.first).difference == 1


def test_what_nobody_ordered_is_added_at_the_end(package: Path) -> None:
    made = answer(package, seed=1, faults=Faults(surplus=True, duplicate=True, unknown=True))
    *ordered, surplus, duplicate, unknown = rows_of(made.first)
    numbers = {row["piece_no"] for row in ordered}
    assert (surplus["piece_no"] in numbers, surplus["make_no"]) == (True, "2")
    assert duplicate in ordered
    assert (unknown["piece_no"] in numbers, len(unknown["piece_no"])) == (False, 12)


def test_a_late_vendor_answers_in_two_files(package: Path) -> None:
    made = answer(package, seed=1, faults=Faults(late=True))
    assert made.second is not None
    assert (len(rows_of(made.first)), len(rows_of(made.second))) == (PIECES // 2, PIECES - PIECES // 2)


def altered(package: Path, name: str, old: bytes, new: bytes) -> None:
    path = package / name
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))


@pytest.mark.parametrize("name", ["envelopes.csv", "batch.pdf", "manifest.json"])
def test_a_package_without_one_of_its_files_is_refused(package: Path, name: str) -> None:
    (package / name).unlink()
    with pytest.raises(Refused, match="cannot be read") as refusal:
        answer(package, seed=1, faults=Faults())
    assert refusal.value.code == "bad_package"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"files": {"envelopes.csv": "0" * 64}}, "checksum differs"),
        ({"files": {}, "counts": {"envelopes": 1, "cards": 1, "pulled": 0}}, "counts differently"),
        ({"counts": None}, "cannot be read"),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(
    package: Path, change: dict[str, Any], told: str
) -> None:
    path = package / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | change))
    with pytest.raises(Refused, match=told):
        answer(package, seed=1, faults=Faults())


def test_a_file_with_another_number_of_pages_is_refused(package: Path) -> None:
    path = package / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"files": {}}))
    altered(package, "envelopes.csv", b'"1","1","1"', b'"1","2","1"')
    with pytest.raises(Refused, match="another number of pages"):
        answer(package, seed=1, faults=Faults())


def test_the_command_answers_beside_the_package(package: Path) -> None:
    out = io.StringIO()
    call_command("simulate_vendor", str(package), "--seed", "1", "--late", stdout=out)
    first = package.with_name("package-results.csv")
    later = package.with_name("package-results-late.csv")
    assert out.getvalue() == f"results={first} later={later} rows={PIECES}\n"
    call_command("simulate_vendor", str(package), "--wrong-count", stdout=out)
    assert out.getvalue().splitlines()[-1] == f"results={first} rows={PIECES - 1}"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("simulate_vendor", str(package / "nowhere"))
