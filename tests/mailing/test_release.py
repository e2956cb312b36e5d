from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.refusal import Refused
from issuance.models import InsuredPerson
from issuance.services import publish_target_lists
from mailing.models import Envelope, PrintBatch
from mailing.services import (
    Released,
    import_vendor_results,
    pack_target_lists,
    pull_lost_envelopes,
    release_batch,
)
from mailing.services.file_store import stored
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    approve,
    clerk,
    envelopes_of,
    later,
    lose,
    pack_and_plan,
    release,
    render,
    results_file,
    supervisor,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> PrintBatch:
    campaign = a_campaign()
    a_household(campaign, "00", "01", postal_code="1000001")
    a_household(campaign, "00", postal_code="1640001")
    return approve(pack_and_plan(campaign))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_release_batch_writes_the_package_and_releases_the_envelopes(
    batch: PrintBatch, tmp_path: Path
) -> None:
    by = supervisor()
    done = release_batch(batch=batch, directory=tmp_path / "out" / "package", by=by, at=later(hours=1))
    assert done == Released(envelopes=2, pages=2, pulled=0, repeated=False)
    files = contents(tmp_path / "out" / "package")
    assert sorted(files) == ["batch.pdf", "envelopes.csv", "manifest.json"]
    first, second = envelopes_of(batch)
    assert files["envelopes.csv"].decode("cp932") == (
        '"piece_no","make_no","pages","first_page","cards","inserts"\r\n'
        f'"{first.piece_no}","1","1","1","2","leaflet sticker return_envelope"\r\n'
        f'"{second.piece_no}","1","1","2","1","leaflet sticker return_envelope"\r\n'
    )
    manifest = json.loads(files["manifest.json"])
    assert manifest["files"] == {
        name: hashlib.sha256(files[name]).hexdigest() for name in ("batch.pdf", "envelopes.csv")
    }
    assert (manifest["batch"], manifest["kind"], manifest["campaign"]) == (batch.number, "personal", "R7")
    assert manifest["counts"] == {"cards": 3, "envelopes": 2, "pulled": 0}
    assert manifest["approval"]["manifest_sha256"] == batch.manifest_sha256
    assert batch.approved_by is not None
    assert manifest["approval"]["by"] == batch.approved_by.username
    batch.refresh_from_db()
    assert (batch.state, batch.ordered, batch.released_by, batch.released_at) == (
        "released",
        2,
        by,
        later(hours=1),
    )
    assert set(Envelope.objects.values_list("state", "released_at")) == {("released", later(hours=1))}


def test_release_batch_twice_changes_nothing(batch: PrintBatch, tmp_path: Path) -> None:
    by = supervisor()
    release_batch(batch=batch, directory=tmp_path / "package", by=by, at=MORNING)
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "package").iterdir()}
    again = release_batch(batch=batch, directory=tmp_path / "package", by=by, at=later(hours=2))
    assert again == Released(envelopes=2, pages=2, pulled=0, repeated=True)
    assert {path.name: path.stat().st_mtime_ns for path in (tmp_path / "package").iterdir()} == before


def test_release_batch_restores_a_damaged_package(batch: PrintBatch, tmp_path: Path) -> None:
    release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    good = contents(tmp_path / "package")
    (tmp_path / "package" / "envelopes.csv").write_text("damaged")
    (tmp_path / "package" / "batch.pdf").unlink()
    done = release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    assert done.repeated is False
    assert contents(tmp_path / "package") == good


def test_release_batch_fills_an_empty_folder(batch: PrintBatch, tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    assert len(contents(tmp_path / "package")) == 3


@pytest.mark.parametrize(
    "found", [{"notes.txt": "x"}, {"manifest.json": "{"}, {"manifest.json": '{"batch": "R7-13-P009"}'}]
)
def test_release_batch_refuses_a_folder_with_other_content(
    batch: PrintBatch, tmp_path: Path, found: dict[str, str]
) -> None:
    (tmp_path / "package").mkdir()
    for name, text in found.items():
        (tmp_path / "package" / name).write_text(text)
    with pytest.raises(Refused) as refusal:
        release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    assert refusal.value.code == "foreign_directory"
    batch.refresh_from_db()
    assert batch.state == "approved"


def test_release_batch_refuses_a_file_as_folder(batch: PrintBatch, tmp_path: Path) -> None:
    (tmp_path / "package").write_text("x")
    with pytest.raises(Refused) as refusal:
        release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    assert refusal.value.code == "foreign_directory"


def test_release_batch_refuses_one_that_is_not_approved(tmp_path: Path) -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    with pytest.raises(Refused) as refusal:
        release_batch(
            batch=render(pack_and_plan(campaign)), directory=tmp_path / "package", by=supervisor(), at=MORNING
        )
    assert refusal.value.code == "wrong_state"


def test_release_batch_needs_the_permission(batch: PrintBatch, tmp_path: Path) -> None:
    with pytest.raises(PermissionDenied):
        release_batch(batch=batch, directory=tmp_path / "package", by=clerk(), at=MORNING)


def test_release_batch_refuses_an_altered_file(batch: PrintBatch, tmp_path: Path) -> None:
    stored("artifacts", batch.artifacts.get(name="batch.pdf").sha256).write_bytes(b"%PDF-1.7")
    with pytest.raises(Refused) as refusal:
        release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    assert (refusal.value.code, (tmp_path / "package").exists()) == ("file_changed", False)


def test_release_batch_refuses_a_released_batch_whose_file_is_gone(batch: PrintBatch, tmp_path: Path) -> None:
    release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    stored("artifacts", batch.artifacts.get(name="batch.pdf").sha256).unlink()
    with pytest.raises(Refused) as refusal:
        release_batch(batch=batch, directory=tmp_path / "other", by=supervisor(), at=MORNING)
    assert refusal.value.code == "file_changed"


@pytest.mark.parametrize("edaban", ["00", "01"])
def test_release_batch_refuses_a_person_held_since_the_approval(
    batch: PrintBatch, tmp_path: Path, edaban: str
) -> None:
    InsuredPerson.objects.filter(edaban=edaban).update(nondisclosure=True)
    with pytest.raises(Refused) as refusal:
        release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    assert refusal.value.code == "held_person"


def test_pulled_envelopes_stay_in_the_file_and_stand_on_the_pull_list(
    batch: PrintBatch, tmp_path: Path
) -> None:
    first, second = envelopes_of(batch)
    lose(InsuredPerson.objects.get(household=second.household))
    pull_lost_envelopes(campaign=batch.campaign, at=MORNING, by=None)
    done = release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    assert done == Released(envelopes=2, pages=2, pulled=1, repeated=False)
    files = contents(tmp_path / "package")
    assert list(csv.reader(io.StringIO(files["pull_list.csv"].decode("cp932")))) == [
        ["piece_no", "make_no", "pages", "first_page", "letter_piece_no", "letter_page"],
        [second.piece_no, "1", "1", "2", "", ""],
    ]
    assert files["envelopes.csv"].count(b"\r\n") == 3
    assert json.loads(files["manifest.json"])["counts"]["pulled"] == 1
    assert list(Envelope.objects.order_by("ordinal").values_list("state", flat=True)) == [
        "released",
        "pulled",
    ]
    assert first.piece_no in files["envelopes.csv"].decode("cp932")


def test_release_batch_again_brings_the_pull_list_up_to_date_also_after_spoils(
    batch: PrintBatch, tmp_path: Path
) -> None:
    release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    before = contents(tmp_path / "package")
    first, second = envelopes_of(batch)
    spoiled = results_file(tmp_path / "results.csv", (first.piece_no, 1, "spoiled"))
    import_vendor_results(batch=batch, path=spoiled, file_name="results.csv", by=clerk(), at=MORNING)
    lose(InsuredPerson.objects.get(household=second.household))
    pull_lost_envelopes(campaign=batch.campaign, at=MORNING, by=None)
    done = release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    assert (done.pulled, done.repeated) == (1, False)
    after = contents(tmp_path / "package")
    assert after["envelopes.csv"] == before["envelopes.csv"]
    assert "pull_list.csv" in json.loads(after["manifest.json"])["files"]


def test_a_target_list_goes_without_inserts(tmp_path: Path) -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer())
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    pack_target_lists(campaign=campaign, at=MORNING, by=None)
    batch = release(pack_and_plan(campaign), tmp_path / "package")
    rows = list(csv.reader(io.StringIO((tmp_path / "package" / "envelopes.csv").read_text("cp932"))))
    assert rows[1] == [envelopes_of(batch)[0].piece_no, "1", "1", "1", "0", ""]
