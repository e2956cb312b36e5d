"""証跡ファイル: everything an auditor needs to know of a batch in one ZIP file; the same state gives the same bytes.

Who selected by which rule, who approved what after having seen which pages, what the vendor reported, how differences were
settled. Pieces are named by their number only; names and addresses are in none of the files (domain.md §7).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from backoffice.csv_export import neutralised
from backoffice.models import Transition
from issuance.models import Selection
from mailing.models import EnclosedCard, SamplePage, SampleView
from mailing.queries import batch_sum, pull_list
from mailing.services.approval_facts import FACTS_FILE
from mailing.services.file_store import ARTIFACTS, sha256_of, stored, write_whole
from mailing.services.manifest import MANIFEST_FILE
from mailing.states import BATCH_STATES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from django.db.models import QuerySet

    from mailing.models import PrintBatch

SUMS_FILE = "SHA256SUMS"
# A ZIP file cannot do without a date; this one says nothing.
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "approvals": (
        "approvals",
        (
            "revision",
            "step",
            "decision",
            "manifest_sha256",
            "submitted_by__username",
            "decided_by__username",
            "decided_at",
            "reason",
        ),
    ),
    "artifacts": (
        "files",
        ("revision", "name", "sha256", "size", "pages", "template_version", "created_at"),
    ),
    "results": (
        "results",
        ("envelope__piece_no", "make_no", "outcome", "recorded_at", "recorded_by__username"),
    ),
    "cases": (
        "cases",
        (
            "kind",
            "reported_piece_no",
            "envelope__piece_no",
            "make_no",
            "opened_at",
            "owner__username",
            "cause",
            "decision",
            "closed_at",
            "closed_by__username",
        ),
    ),
}
_SAMPLE = ("revision", "page", "envelope__piece_no", "reasons")
_SEEN = ("page__revision", "page__page", "seen_by__username", "seen_at", "verdict", "note", "stated")


def evidence_of(batch: PrintBatch) -> bytes:
    """The evidence file of a batch as it stands now; `SHA256SUMS` in it names the hash of every other file."""
    files = _files(batch)
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())]
    files[SUMS_FILE] = "".join(sums).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as whole:
        for name, content in sorted(files.items()):
            whole.writestr(zipfile.ZipInfo(f"{batch.number}/{name}", _NO_DATE), content)
    return packed.getvalue()


def write_evidence(batch: PrintBatch, *, directory: Path) -> tuple[str, bool]:
    """Put the evidence file and its hash into a folder; return the hash, and False if both were there already."""
    content = evidence_of(batch)
    sha256 = hashlib.sha256(content).hexdigest()
    target = directory / f"{batch.number}-evidence.zip"
    line = directory / f"{target.name}.sha256"
    wanted = f"{sha256}  {target.name}\n".encode()
    if target.is_file() and line.is_file() and (sha256_of(target), line.read_bytes()) == (sha256, wanted):
        return sha256, False
    write_whole(target, content)
    write_whole(line, wanted)
    return sha256, True


def _files(batch: PrintBatch) -> dict[str, bytes]:
    files = {"batch.json": _json(_batch(batch))}
    for relation, (name, columns) in _TABLES.items():
        files[f"{name}.csv"] = _csv(columns, getattr(batch, relation).order_by("pk").values_list(*columns))
    files["sample.csv"] = _csv(
        _SAMPLE, SamplePage.objects.filter(batch=batch).order_by("pk").values_list(*_SAMPLE)
    )
    views = SampleView.objects.filter(page__batch=batch).order_by("pk")
    files["sample_seen.csv"] = _csv(_SEEN, views.values_list(*_SEEN))
    pulled: QuerySet[Any, Any] = pull_list(batch).values_list("piece_no", "make_no")
    files["pull_list.csv"] = _csv(("piece_no", "make_no"), pulled)
    kept = batch.artifacts.filter(name__in=[MANIFEST_FILE, FACTS_FILE])
    for revision, name, sha256 in kept.values_list("revision", "name", "sha256"):
        path = stored(ARTIFACTS, sha256, ".json")
        if path.is_file():
            files[f"r{revision}/{name}"] = path.read_bytes()
    return files


def _batch(batch: PrintBatch) -> dict[str, Any]:
    campaign = batch.campaign
    moves = Transition.objects.filter(entity=BATCH_STATES.entity, subject_id=batch.pk).order_by("pk")
    people = EnclosedCard.objects.filter(envelope__batch=batch).values("certificate__person")
    rules = Selection.objects.filter(person__in=people).order_by("rule_version").distinct()
    return {
        "batch": batch.number,
        "kind": batch.kind,
        "branch": batch.branch_id,
        "revision": batch.revision,
        "state": batch.state,
        "envelopes": batch.envelope_count,
        "cards": batch.card_count,
        "pages": batch.page_count,
        "manifest_sha256": batch.manifest_sha256,
        "posted_on": batch.posted_on,
        "selection": {
            "campaign": campaign.code,
            "reference_date": campaign.reference_date,
            "decided_by": campaign.decided_by,
            "rule_versions": list(rules.values_list("rule_version", flat=True)),
        },
        "sum": {**asdict(total := batch_sum(batch)), "difference": total.difference},
        "moves": [
            {"at": at, "from": before, "to": after, "by": by, "reason": reason}
            for at, before, after, by, reason in moves.values_list(
                "at", "from_state", "to_state", "by__username", "reason"
            )
        ],
    }


def _json(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, default=_said)
    return (text + "\n").encode()


def _csv(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(name.replace("__", "_").replace("_username", "") for name in header)
    writer.writerows([neutralised(_said(cell)) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
