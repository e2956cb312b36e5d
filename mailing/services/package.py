"""The files of the vendor package (interfaces §4), made from the approved manifest, and their way into a folder."""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from mailing.services.file_store import ARTIFACTS, sha256_of, stored, sync_folder, write_whole
from mailing.services.finishing import BATCH_FILE
from mailing.services.manifest import MANIFEST_FILE
from mailing.services.pull_list import PULL_LIST_HEADER, pull_list_rows
from mailing.services.volume import volume_of
from mailing.states import EnvelopeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mailing.models import Approval, PrintBatch

ENVELOPES_FILE, PULL_LIST_FILE = "envelopes.csv", "pull_list.csv"
PACKAGE_FILES = {BATCH_FILE, ENVELOPES_FILE, PULL_LIST_FILE, MANIFEST_FILE}
_ENVELOPES_HEADER = ("piece_no", "make_no", "pages", "first_page", "cards", "inserts")
# R16–R18 and R26: leaflet, privacy sticker, return envelope; a target list goes alone.
_INSERTS = {
    EnvelopeKind.PERSONAL.value: "leaflet sticker return_envelope",
    EnvelopeKind.EMPLOYER.value: "leaflet sticker return_envelope",
    EnvelopeKind.TARGET_LIST.value: "",
}


def package_files(batch: PrintBatch, approval: Approval) -> dict[str, Path | bytes]:
    """Every file of the package by its name; the PDF is given by its place in the store, checked by the caller."""
    approved = json.loads(stored(ARTIFACTS, approval.manifest_sha256, ".json").read_bytes())
    printed = approved["files"][0]
    rows = [
        (piece_no, make_no, pages, first_page, cards, _INSERTS[batch.kind])
        for piece_no, make_no, cards, first_page, pages, _content in approved["envelopes"]
    ]
    files: dict[str, Path | bytes] = {
        BATCH_FILE: stored(ARTIFACTS, printed["sha256"]),
        ENVELOPES_FILE: _csv(_ENVELOPES_HEADER, rows),
    }
    pulled = pull_list_rows(batch)
    if pulled:
        files[PULL_LIST_FILE] = _csv(PULL_LIST_HEADER, pulled)
    manifest = {
        "batch": batch.number,
        "revision": approval.revision,
        "kind": batch.kind,
        "branch": batch.branch_id,
        "campaign": batch.campaign.code,
        "counts": {"envelopes": len(rows), "cards": sum(row[4] for row in rows), "pulled": len(pulled)},
        "pages": printed["pages"],
        "volume": volume_of(batch).as_json(),
        "template_version": approved["template_version"],
        "files": {name: _hash(content) for name, content in sorted(files.items())},
        "approval": {
            "by": approval.decided_by.get_username(),
            "at": approval.decided_at.isoformat(),
            "first_by": _first_approver(batch, approval),
            "submitted_by": approval.submitted_by.get_username(),
            "manifest_sha256": approval.manifest_sha256,
        },
    }
    files[MANIFEST_FILE] = (
        json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    ).encode()
    return files


def _first_approver(batch: PrintBatch, approval: Approval) -> str | None:
    """Who approved before the last approver, where two had to."""
    first = batch.approvals.filter(revision=approval.revision, step__lt=approval.step).first()
    return first.decided_by.get_username() if first else None


def put_package(directory: Path, files: dict[str, Path | bytes]) -> bool:
    """Bring the folder to exactly these files; False if it held them already. A new folder appears whole.

    :raises Refused: `foreign_directory`: the folder holds something that is no package of this approval.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        return _renew(directory, files)
    directory.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=directory.parent, prefix=".", suffix=".part"))
    try:
        for name, content in files.items():
            _write(unfinished / name, content)
        unfinished.replace(directory)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    sync_folder(directory.parent)
    return True


def _renew(directory: Path, files: dict[str, Path | bytes]) -> bool:
    manifest = files[MANIFEST_FILE]
    assert isinstance(manifest, bytes)
    if _identity(json.loads(manifest)) != _found(directory):
        raise Refused(
            "foreign_directory",
            _("出力先のフォルダーには別のものが入っています。空のフォルダーを指定してください。"),
        )
    different = [
        name
        for name, content in files.items()
        if not (directory / name).is_file() or sha256_of(directory / name) != _hash(content)
    ]
    for name in different:
        _write(directory / name, files[name])
    return bool(different)


def _found(directory: Path) -> list[Any] | None:
    """Which package a folder holds, or nothing where it holds anything else."""
    manifest = directory / MANIFEST_FILE
    if not manifest.is_file() or {path.name for path in directory.iterdir()} - PACKAGE_FILES:
        return None
    try:
        return _identity(json.loads(manifest.read_bytes()))
    except (ValueError, KeyError, TypeError):
        return None


def _identity(manifest: dict[str, Any]) -> list[Any]:
    return [manifest["batch"], manifest["revision"], manifest["approval"]["manifest_sha256"]]


def _write(target: Path, content: Path | bytes) -> None:
    write_whole(target, content.read_bytes() if isinstance(content, Path) else content)


def _hash(content: Path | bytes) -> str:
    return sha256_of(content) if isinstance(content, Path) else sha256(content).hexdigest()


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """CP932, CRLF, every cell quoted; a character CP932 cannot hold is an error, never a question mark."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("cp932")
