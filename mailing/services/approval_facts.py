"""What an approver has to know beside the pages: who was left out and why, and what changed since the last submission.

Both are written down at submission and kept as a file of the revision, so that it stays known what was shown (incident I4).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count

from issuance.queries import outcome_counts, reason_counts
from mailing.models import Artifact, Envelope
from mailing.services.file_store import ARTIFACTS, store, stored
from mailing.services.manifest import MANIFEST_FILE
from mailing.states import EnvelopeState

if TYPE_CHECKING:
    from datetime import datetime

    from mailing.models import PrintBatch

FACTS_FILE = "facts.json"


@dataclass(frozen=True, slots=True)
class Changes:
    """How a revision differs from the one submitted before it: pieces by number, settings by name."""

    since_revision: int
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    changed: tuple[str, ...]
    settings: tuple[str, ...]
    template: bool

    @property
    def any(self) -> bool:
        """Whether there is a difference at all."""
        return bool(self.added or self.dropped or self.changed or self.settings or self.template)


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """What was left out of the batch's branch (people by reason, stopped envelopes by reason, pulled ones) and what changed."""

    outcomes: dict[str, int]
    reasons: dict[str, int]
    stopped: dict[str, int]
    pulled: int
    changes: Changes | None


def keep_facts(batch: PrintBatch, *, manifest: bytes, template_version: str, at: datetime) -> ApprovalFacts:
    """Find out the facts as they are now and keep them with the batch's present revision."""
    facts = _facts(batch, manifest)
    content = json.dumps(asdict(facts), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    Artifact.objects.create(
        batch=batch,
        revision=batch.revision,
        name=FACTS_FILE,
        sha256=store(ARTIFACTS, content, ".json"),
        size=len(content),
        pages=0,
        template_version=template_version,
        created_at=at,
    )
    return facts


def approval_facts(batch: PrintBatch) -> ApprovalFacts | None:
    """The facts kept at the submission of the batch's present revision; None before it."""
    content = _kept(batch, FACTS_FILE, batch.revision)
    if content is None:
        return None
    kept = content.pop("changes")
    return ApprovalFacts(**content, changes=_read(kept) if kept else None)


def _read(kept: dict[str, Any]) -> Changes:
    lists = {name: tuple(kept[name]) for name in ("added", "dropped", "changed", "settings")}
    return Changes(since_revision=kept["since_revision"], template=kept["template"], **lists)


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    """The differences of two manifests of one batch."""
    old, new = _contents(before), _contents(after)
    settings = {*before["campaign"], *after["campaign"]}
    return Changes(
        since_revision=before["revision"],
        added=tuple(piece for piece in new if piece not in old),
        dropped=tuple(piece for piece in old if piece not in new),
        changed=tuple(piece for piece in new if piece in old and new[piece] != old[piece]),
        settings=tuple(
            sorted(name for name in settings if before["campaign"].get(name) != after["campaign"].get(name))
        ),
        template=before["template_version"] != after["template_version"],
    )


def _facts(batch: PrintBatch, manifest: bytes) -> ApprovalFacts:
    branch = Envelope.objects.filter(campaign=batch.campaign, branch=batch.branch, kind=batch.kind)
    stopped = branch.filter(state=EnvelopeState.PLANNED).exclude(stop_code="")
    outcomes = outcome_counts(batch.campaign, branch_code=batch.branch_id)
    return ApprovalFacts(
        outcomes=outcomes,
        reasons=reason_counts(batch.campaign, branch_code=batch.branch_id),
        stopped=dict(stopped.order_by().values_list("stop_code").annotate(Count("pk"))),
        pulled=batch.envelopes.filter(state=EnvelopeState.PULLED).count(),
        changes=_since_last(batch, manifest),
    )


def _since_last(batch: PrintBatch, manifest: bytes) -> Changes | None:
    earlier = batch.artifacts.filter(revision__lt=batch.revision, name=MANIFEST_FILE).order_by("-revision")
    last = earlier.first()
    before = _kept(batch, MANIFEST_FILE, last.revision) if last else None
    return changes_between(before, json.loads(manifest)) if before else None


def _kept(batch: PrintBatch, name: str, revision: int) -> dict[str, Any] | None:
    artifact = batch.artifacts.filter(revision=revision, name=name).first()
    path = stored(ARTIFACTS, artifact.sha256, ".json") if artifact else None
    return json.loads(path.read_bytes()) if path and path.is_file() else None


def _contents(manifest: dict[str, Any]) -> dict[str, list[Any]]:
    """What is printed of each piece; its place in the file alone is no change."""
    return {row[0]: [row[1], row[2], row[4], row[5]] for row in manifest["envelopes"]}
