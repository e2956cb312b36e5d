"""The evidence file of a batch: complete, repeatable, hashed, and without a name or an address."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.urls import reverse

from backoffice.models import AccessLog
from backoffice.roles import Permission, Role
from mailing.services import close_case, evidence_of, import_vendor_results
from tests.factories.mailing import (
    a_campaign,
    a_household,
    all_inserted,
    clerk,
    later,
    pack_and_plan,
    release,
    results_file,
)
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pathlib import Path

    from mailing.models import PrintBatch
    from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(tmp_path: Path) -> PrintBatch:
    """Two released envelopes, one of them missing, its case closed."""
    campaign = a_campaign()
    a_household(campaign, "00", "01")
    a_household(campaign, "00")
    batch = release(pack_and_plan(campaign), tmp_path / "package")
    first, second = all_inserted(batch)
    path = results_file(tmp_path / "r.csv", (*first[:2], "missing"), second)
    import_vendor_results(batch=batch, path=path, file_name=path.name, by=clerk(), at=later(days=1))
    case = batch.cases.get()
    close_case(case=case, cause="=床", decision="再作成", by=clerk(), at=later(days=2))
    batch.refresh_from_db()
    return batch


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        return {name.partition("/")[2]: whole.read(name) for name in whole.namelist()}


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_evidence_says_who_did_what_over_which_hash(batch: PrintBatch) -> None:
    files = unpacked(evidence_of(batch))
    assert sorted(files) == [
        "SHA256SUMS",
        "approvals.csv",
        "batch.json",
        "cases.csv",
        "files.csv",
        "pull_list.csv",
        "r1/facts.json",
        "r1/manifest.json",
        "results.csv",
        "sample.csv",
        "sample_seen.csv",
    ]
    lines = [line.split("  ") for line in files.pop("SHA256SUMS").decode().splitlines()]
    sums = {name: sha256 for sha256, name in lines}
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    said = json.loads(files["batch.json"])
    assert said["selection"] == {
        "campaign": "R7",
        "reference_date": "2025-04-30",
        "decided_by": "2024-11-29",
        "rule_versions": ["test"],
    }
    assert (said["sum"]["ordered"], said["sum"]["difference"]) == (2, 0)
    moves = ["rendered", "submitted", "approved", "released", "reconciled"]
    assert [move["to"] for move in said["moves"]] == moves
    [approval] = rows(files["approvals.csv"])
    assert approval["manifest_sha256"] == hashlib.sha256(files["r1/manifest.json"]).hexdigest()
    seen = rows(files["sample_seen.csv"])
    assert {row["seen_by"] for row in seen} == {approval["decided_by"]}
    assert len(seen) == len(rows(files["sample.csv"])) == 2
    assert [row["outcome"] for row in rows(files["results.csv"])] == ["missing", "inserted"]
    [case] = rows(files["cases.csv"])
    assert (case["kind"], case["cause"], case["decision"]) == ("missing", "'=床", "再作成")


def test_nobody_is_named_in_the_evidence(batch: PrintBatch) -> None:
    text = b"".join(unpacked(evidence_of(batch)).values()).decode()
    assert ("佐藤" in text, "中野" in text, "21700023" in text) == (False, False, False)


def test_the_command_writes_it_once_with_its_hash(batch: PrintBatch, tmp_path: Path) -> None:
    said = []
    for _ in range(2):
        out = io.StringIO()
        call_command("export_evidence", batch.number, str(tmp_path / "out"), stdout=out)
        said.append(out.getvalue().splitlines()[-1])
    content = (tmp_path / "out" / f"{batch.number}-evidence.zip").read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    assert content == evidence_of(batch)
    assert said == [f"batch={batch.number} sha256={sha256} repeated={again}" for again in (0, 1)]
    line = (tmp_path / "out" / f"{batch.number}-evidence.zip.sha256").read_text()
    assert line == f"{sha256}  {batch.number}-evidence.zip\n"


def test_a_lost_manifest_is_left_out(batch: PrintBatch, own_data_dir: Path) -> None:
    (own_data_dir / "artifacts" / f"{batch.manifest_sha256}.json").unlink()
    assert "r1/manifest.json" not in unpacked(evidence_of(batch))


def test_an_auditor_takes_it_from_the_page(client_as: ClientAs, batch: PrintBatch) -> None:
    url = reverse("mailing:batch-evidence", kwargs={"number": batch.number})
    assert_only(client_as, url, Permission.VIEW_AUDIT)
    answer = client_as(Role.AUDITOR).get(url)
    sha256 = hashlib.sha256(answer.content).hexdigest()
    assert f"{batch.number}-evidence-{sha256[:16]}.zip" in answer["Content-Disposition"]
    assert AccessLog.objects.filter(screen="batch-evidence", subject=batch.number).count() == 2
    detail = reverse("mailing:batch-detail", kwargs={"number": batch.number})
    shown = [url in client_as(role).get(detail).content.decode() for role in (Role.AUDITOR, Role.CLERK)]
    assert shown == [True, False]
