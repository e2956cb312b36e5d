"""A package is compared with what was approved: no changed byte, row or file goes unnoticed."""

from __future__ import annotations

import io
import json
import shutil
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.refusal import Refused
from mailing.models import Approval, PrintBatch
from mailing.services import check_package
from mailing.services.file_store import stored
from tests.factories.mailing import a_campaign, a_household, pack_and_plan, release

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.fixture
def package(tmp_path: Path) -> Path:
    campaign = a_campaign()
    for _ in range(3):
        a_household(campaign, "00", "01")
    release(pack_and_plan(campaign), tmp_path / "package")
    return tmp_path / "package"


def test_a_package_as_it_was_handed_over_has_no_problem(package: Path) -> None:
    found = check_package(directory=package)
    assert (found.batch, found.files, found.problems) == (PrintBatch.objects.get().number, 3, ())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["batch.pdf", "envelopes.csv"]), st.floats(0, 1, exclude_max=True), st.integers(1, 255)
)
def test_any_changed_byte_is_found(package: Path, name: str, place: float, change: int) -> None:
    copy = package.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(package, copy)
    content = bytearray((copy / name).read_bytes())
    content[int(place * len(content))] ^= change
    (copy / name).write_bytes(content)
    [problem] = check_package(directory=copy).problems
    assert problem.startswith(name)


def test_a_dropped_row_and_a_changed_row_are_named_by_their_line(package: Path) -> None:
    path = package / "envelopes.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert check_package(directory=package).problems == ("envelopes.csv の行数が一致しません。",)
    path.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    assert check_package(directory=package).problems == ("envelopes.csv の2行目が一致しません。",)


def test_a_missing_and_an_additional_file_are_named(package: Path) -> None:
    (package / "batch.pdf").unlink()
    (package / "notes.txt").write_text("x")
    assert check_package(directory=package).problems == (
        "batch.pdf がありません。",
        "notes.txt は余分です。",
    )


def test_a_manifest_with_another_approval_is_not_ours(package: Path) -> None:
    path = package / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["approval"]["manifest_sha256"] = "0" * 64
    path.write_text(json.dumps(manifest))
    assert check_package(directory=package).problems == ("この承認は記録されていません。",)


def test_a_changed_file_in_the_store_is_told_too(package: Path) -> None:
    sha256 = Approval.objects.get().manifest_sha256
    stored("artifacts", sha256, ".json").write_bytes(b"{}")
    with pytest.raises((Refused, KeyError)):
        check_package(directory=package)


@pytest.mark.parametrize("manifest", [None, "[]", "{", '{"batch": "R7-13-P001"}'])
def test_a_folder_without_a_manifest_of_ours_is_refused(tmp_path: Path, manifest: str | None) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(Refused) as refusal:
        check_package(directory=tmp_path)
    assert refusal.value.code == "no_package"


def test_a_package_of_a_batch_nobody_knows_is_refused(package: Path) -> None:
    path = package / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"batch": "R7-13-P999"}))
    with pytest.raises(Refused, match="R7-13-P999"):
        check_package(directory=package)


def test_the_command_names_every_problem_and_fails(package: Path) -> None:
    out = io.StringIO()
    call_command("verify_package", str(package), stdout=out)
    number = PrintBatch.objects.get().number
    assert out.getvalue() == f"batch={number} files=3 problems=0\n"
    (package / "batch.pdf").unlink()
    with pytest.raises(CommandError, match=f"batch={number} files=2 problems=1"):
        call_command("verify_package", str(package), stdout=out)
    assert "batch.pdf がありません。" in out.getvalue()
