"""Submitting, approving and rejecting a batch: two people, one hash, one decision (design §4.4)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from backoffice.roles import Permission
from backoffice.states import move
from mailing.models import Approval, Artifact, PrintBatch
from mailing.services.approval_facts import changes_between, keep_facts
from mailing.services.file_store import ARTIFACTS, store, stored
from mailing.services.guards import locked, require, require_true_letters, wrong_state
from mailing.services.manifest import MANIFEST_FILE, batch_manifest, checked_file
from mailing.services.samples import require_sample_seen
from mailing.services.sampling import draw_sample
from mailing.states import BatchState, Decision

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User


@transaction.atomic
def submit_batch(*, batch: PrintBatch, by: User, at: datetime) -> bool:
    """Put a rendered batch before an approver, bound to the hash of its manifest. False if `by` has done so already.

    With it go the sample the approver has to look at, and what was left out and has changed.

    :raises PermissionDenied: `by` may not submit it.
    :raises Refused: `wrong_state`; `empty_batch`; `letter_out_of_date`; `file_changed`.
    """
    now = locked(batch)
    require(by, Permission.SUBMIT_BATCH, now)
    if now.state == BatchState.SUBMITTED and now.submitted_by == by:
        return False
    if now.state != BatchState.RENDERED:
        raise wrong_state(now)
    if not now.envelope_count:
        raise Refused("empty_batch", _("バッチ %(number)s には封筒がありません。") % {"number": now.number})
    require_true_letters(now)
    artifact = checked_file(now)
    content = batch_manifest(now)
    sha256 = store(ARTIFACTS, content, ".json")
    Artifact.objects.create(
        batch=now,
        revision=now.revision,
        name=MANIFEST_FILE,
        sha256=sha256,
        size=len(content),
        pages=0,
        template_version=artifact.template_version,
        created_at=at,
    )
    keep_facts(now, manifest=content, template_version=artifact.template_version, at=at)
    draw_sample(now, manifest_sha256=sha256)
    rows = PrintBatch.objects.filter(pk=now.pk)
    return bool(
        move(
            rows,
            to=BatchState.SUBMITTED,
            at=at,
            by=by,
            submitted_at=at,
            submitted_by=by,
            manifest_sha256=sha256,
        )
    )


@transaction.atomic
def approve_batch(*, batch: PrintBatch, by: User, at: datetime, manifest_sha256: str | None = None) -> bool:
    """Approve what was submitted, as it was submitted. False if `by` has approved it already.

    A batch of more envelopes than its campaign's `second_approval_over` is approved once two people have done so.
    `manifest_sha256` is the hash the approver was shown; of two who take the same step at once, one wins.

    :raises PermissionDenied: `by` may not approve it.
    :raises Refused: `own_submission`; `wrong_state`: not submitted or decided already; `stale_manifest`: what is on disk
        or in the tables is not what was submitted, or not what the approver was shown; `file_changed`; `letter_out_of_date`;
        `sample_unseen`: `by` has not looked at every page of the sample; `sample_problem`; `no_sample`.
    """
    now = locked(batch)
    require(by, Permission.APPROVE_BATCH, now)
    given = approvals_given(now)
    if now.state in {BatchState.SUBMITTED, BatchState.APPROVED} and any(
        one.decided_by == by for one in given
    ):
        return False
    if now.state != BatchState.SUBMITTED:
        raise wrong_state(now)
    if now.submitted_by == by:
        raise Refused("own_submission", _("提出した本人は承認できません。別の承認者が承認してください。"))
    shown = now.manifest_sha256 if manifest_sha256 is None else manifest_sha256
    require_current(now, shown)
    require_true_letters(now)
    require_sample_seen(now, by)
    _decide(now, Decision.APPROVED, by, at, step=len(given) + 1)
    if len(given) + 1 < approvals_needed(now):
        return True
    rows = PrintBatch.objects.filter(pk=now.pk)
    return bool(move(rows, to=BatchState.APPROVED, at=at, by=by, approved_at=at, approved_by=by))


def approvals_needed(batch: PrintBatch) -> int:
    """How many people have to approve the batch: two above the campaign's threshold, else one."""
    threshold = batch.campaign.second_approval_over
    return 2 if threshold is not None and batch.envelope_count > threshold else 1


def approvals_given(batch: PrintBatch) -> list[Approval]:
    """The approvals of the present revision, in order."""
    given = batch.approvals.filter(revision=batch.revision, decision=Decision.APPROVED)
    return list(given.select_related("decided_by").order_by("step"))


@transaction.atomic
def reject_batch(*, batch: PrintBatch, by: User, at: datetime, reason: str) -> bool:
    """Send a submitted batch back with the reason. False if `by` has done so already.

    :raises PermissionDenied: `by` may not decide on it.
    :raises Refused: `reason_required`; `wrong_state`; `already_approved`: `by` has approved this revision.
    """
    now = locked(batch)
    require(by, Permission.APPROVE_BATCH, now)
    if not reason.strip():
        raise Refused("reason_required", _("差戻しの理由を入力してください。"))
    if (
        now.state == BatchState.REJECTED
        and now.approvals.filter(revision=now.revision, decided_by=by).exists()
    ):
        return False
    if now.state != BatchState.SUBMITTED:
        raise wrong_state(now)
    given = approvals_given(now)
    if any(one.decided_by == by for one in given):
        raise Refused(
            "already_approved",
            _("すでに承認しているため、差し戻せません。もう1人の承認者に差戻しを依頼してください。"),
        )
    _decide(now, Decision.REJECTED, by, at, reason.strip(), step=len(given) + 1)
    rows = PrintBatch.objects.filter(pk=now.pk)
    return bool(move(rows, to=BatchState.REJECTED, at=at, by=by, reason=reason.strip()))


def require_current(batch: PrintBatch, shown: str) -> None:
    """Let nothing pass that is not, byte for byte, what was submitted.

    :raises Refused: `stale_manifest`, with what has changed; `file_changed`.
    """
    checked_file(batch)
    content = batch_manifest(batch)
    if not batch.manifest_sha256 == shown == hashlib.sha256(content).hexdigest():
        said = _("バッチ %(number)s の内容が提出後に変わっています。差し戻して作り直してください。")
        raise Refused("stale_manifest", said % {"number": batch.number} + _what_changed(batch, content))


def _what_changed(batch: PrintBatch, content: bytes) -> str:
    """In words, where the manifest that was submitted is still there to compare with."""
    submitted = stored(ARTIFACTS, batch.manifest_sha256, ".json")
    if not submitted.is_file():
        return ""
    found = changes_between(json.loads(submitted.read_bytes()), json.loads(content))
    if not found.any:
        return ""
    return _(
        "（増えた封筒 %(added)d、なくなった封筒 %(dropped)d、変わった封筒 %(changed)d、変わった設定 %(settings)d）"
    ) % {
        "added": len(found.added),
        "dropped": len(found.dropped),
        "changed": len(found.changed),
        "settings": len(found.settings),
    }


def _decide(
    batch: PrintBatch, decision: Decision, by: User, at: datetime, reason: str = "", *, step: int
) -> None:
    assert batch.submitted_by is not None
    Approval.objects.create(
        batch=batch,
        revision=batch.revision,
        step=step,
        decision=decision,
        manifest_sha256=batch.manifest_sha256,
        submitted_by=batch.submitted_by,
        decided_by=by,
        decided_at=at,
        reason=reason,
    )
