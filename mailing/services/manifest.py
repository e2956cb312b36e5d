"""The manifest of a batch: one canonical text that names everything an approver approves, and its hash (design §4.4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from mailing.models import Approval, Artifact, PrintBatch
from mailing.services.file_store import ARTIFACTS, sha256_of, stored
from mailing.services.finishing import BATCH_FILE
from mailing.states import Decision

if TYPE_CHECKING:
    from issuance.models import Campaign

MANIFEST_FILE = "manifest.json"
# What is printed or decides what is printed; a change after submission makes the manifest stale.
_SETTINGS = [
    "code",
    "reference_date",
    "decided_by",
    "new_cards_ended_on",
    "old_cards_valid_until",
    "deadline",
    "notice",
    "forwarding",
    "customer_barcode",
    "cards_per_envelope",
    "dependants_only_reading",
    "issued_on",
    "keep_issued_on",
    "hotline_name",
    "hotline_number",
    "return_name",
    "return_postal_code",
    "return_address",
]


def batch_manifest(batch: PrintBatch) -> bytes:
    """The canonical JSON of the batch's present revision; the same content gives the same bytes."""
    artifact = batch_file(batch)
    envelopes = batch.envelopes.order_by("position").values_list(
        "piece_no", "make_no", "card_count", "first_page", "pages", "content_sha256"
    )
    manifest = {
        "batch": batch.number,
        "revision": batch.revision,
        "branch": batch.branch_id,
        "kind": batch.kind,
        "campaign": _settings(batch.campaign),
        "template_version": artifact.template_version,
        "files": [
            {"name": artifact.name, "sha256": artifact.sha256, "size": artifact.size, "pages": artifact.pages}
        ],
        "envelopes": [list(row) for row in envelopes],
    }
    return json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def batch_file(batch: PrintBatch) -> Artifact:
    """The file of the batch's present revision."""
    return batch.artifacts.get(revision=batch.revision, name=BATCH_FILE)


def checked_file(batch: PrintBatch) -> Artifact:
    """The same, after its bytes were hashed again and its pages compared with what the envelopes say.

    :raises Refused: `file_changed`: the file is gone or differs from what was made.
    """
    artifact = batch_file(batch)
    path = stored(ARTIFACTS, artifact.sha256)
    pages = batch.envelopes.aggregate(pages=Sum("pages"))["pages"]
    if not path.is_file() or sha256_of(path) != artifact.sha256 or pages != artifact.pages:
        raise file_changed(batch)
    return artifact


def file_changed(batch: PrintBatch) -> Refused:
    """The refusal of a batch whose stored file is not what was made."""
    return Refused(
        "file_changed",
        _("バッチ %(number)s の印刷ファイルが作成時と一致しません。差し戻して作り直してください。")
        % {"number": batch.number},
    )


def approved_files_hold(batch: PrintBatch) -> bool:
    """Whether the files of an approved batch still are what was approved: manifest and PDF on disk, hash by hash."""
    approval = Approval.objects.filter(
        batch=batch, revision=batch.revision, decision=Decision.APPROVED
    ).first()
    if approval is None:
        return False
    manifest = stored(ARTIFACTS, approval.manifest_sha256, ".json")
    if not manifest.is_file() or sha256_of(manifest) != approval.manifest_sha256:
        return False
    files = json.loads(manifest.read_bytes())["files"]
    paths = [(stored(ARTIFACTS, file["sha256"]), file["sha256"]) for file in files]
    return all(path.is_file() and sha256_of(path) == sha256 for path, sha256 in paths)


def _settings(campaign: Campaign) -> dict[str, Any]:
    values = {name: getattr(campaign, name) for name in _SETTINGS}
    return {name: value if isinstance(value, bool | int) else str(value) for name, value in values.items()}
