from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from backoffice.refusal import Refused
from backoffice.roles import Role
from mailing.models import Approval, Artifact, Envelope, PrintBatch
from mailing.services import (
    approve_batch,
    approved_files_hold,
    cancel_batch,
    plan_batches,
    pull_lost_envelopes,
    reject_batch,
    revise_batch,
    state_sample_seen,
    submit_batch,
)
from mailing.services.file_store import stored
from mailing.services.manifest import batch_manifest
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    approve,
    approved_by,
    clerk,
    lose,
    pack_and_plan,
    render,
    staff,
    supervisor,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from backoffice.models import User

pytestmark = pytest.mark.django_db


def rendered(households: int = 1) -> PrintBatch:
    campaign = a_campaign()
    for _ in range(households):
        a_household(campaign, "00")
    return render(pack_and_plan(campaign))


def submitted(by: User | None = None) -> PrintBatch:
    batch = rendered()
    submit_batch(batch=batch, by=by or clerk(), at=MORNING)
    batch.refresh_from_db()
    return batch


def refused(code: str) -> AbstractContextManager[pytest.ExceptionInfo[Refused]]:
    return pytest.raises(Refused, check=lambda refusal: refusal.code == code)


def test_submit_batch_binds_the_batch_to_the_hash_of_its_manifest() -> None:
    batch = rendered(2)
    by = clerk()
    assert submit_batch(batch=batch, by=by, at=MORNING) is True
    batch.refresh_from_db()
    assert (batch.state, batch.submitted_by, batch.submitted_at) == ("submitted", by, MORNING)
    content = batch_manifest(batch)
    assert batch.manifest_sha256 == hashlib.sha256(content).hexdigest()
    assert stored("artifacts", batch.manifest_sha256, ".json").read_bytes() == content
    manifest = json.loads(content)
    file = Artifact.objects.get(name="batch.pdf")
    assert (manifest["batch"], manifest["revision"], manifest["files"][0]["sha256"]) == (
        batch.number,
        1,
        file.sha256,
    )
    assert [row[:5] for row in manifest["envelopes"]] == [
        [envelope.piece_no, 1, 1, place, 1]
        for place, envelope in enumerate(batch.envelopes.order_by("position"), 1)
    ]
    assert manifest["campaign"]["hotline_number"] == "0570-015-369"


def test_submit_batch_again_by_the_same_person_changes_nothing() -> None:
    by = clerk()
    batch = submitted(by)
    assert submit_batch(batch=batch, by=by, at=MORNING) is False
    with refused("wrong_state"):
        submit_batch(batch=batch, by=clerk(), at=MORNING)


def test_submit_batch_refuses_one_that_is_not_rendered() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    with refused("wrong_state"):
        submit_batch(batch=pack_and_plan(campaign), by=clerk(), at=MORNING)


def test_submit_batch_refuses_an_empty_one() -> None:
    batch = rendered()
    PrintBatch.objects.update(envelope_count=0)
    with refused("empty_batch"):
        submit_batch(batch=batch, by=clerk(), at=MORNING)


@pytest.mark.parametrize("damage", ["altered", "gone", "pages"])
def test_submit_batch_refuses_a_file_that_is_not_what_was_made(damage: str) -> None:
    batch = rendered()
    path = stored("artifacts", Artifact.objects.get().sha256)
    if damage == "altered":
        path.write_bytes(path.read_bytes() + b"%")
    elif damage == "gone":
        path.unlink()
    else:
        Envelope.objects.update(pages=2)
    with refused("file_changed"):
        submit_batch(batch=batch, by=clerk(), at=MORNING)


def test_submit_batch_needs_the_permission_and_the_branch() -> None:
    batch = rendered()
    for by in (staff(Role.RETURNS), staff(Role.CLERK, branch_code="40")):
        with pytest.raises(PermissionDenied):
            submit_batch(batch=batch, by=by, at=MORNING)
    assert submit_batch(batch=batch, by=staff(Role.CLERK, branch_code="13"), at=MORNING) is True


def test_approve_batch_records_who_and_over_which_hash() -> None:
    batch = submitted()
    by = supervisor()
    state_sample_seen(batch=batch, by=by, at=MORNING)
    assert approve_batch(batch=batch, by=by, at=MORNING, manifest_sha256=batch.manifest_sha256) is True
    batch.refresh_from_db()
    approval = Approval.objects.get()
    assert (batch.state, batch.approved_by, batch.approved_at) == ("approved", by, MORNING)
    assert (approval.decided_by, approval.submitted_by, approval.manifest_sha256, approval.decision) == (
        by,
        batch.submitted_by,
        batch.manifest_sha256,
        "approved",
    )
    assert approved_files_hold(batch) is True
    assert approve_batch(batch=batch, by=by, at=MORNING) is False
    with refused("wrong_state"):
        approve_batch(batch=batch, by=supervisor(), at=MORNING)


def test_approve_batch_refuses_the_submitter() -> None:
    by = supervisor()
    with refused("own_submission"):
        approve_batch(batch=submitted(by), by=by, at=MORNING)


def test_approve_batch_needs_the_permission() -> None:
    with pytest.raises(PermissionDenied):
        approve_batch(batch=submitted(), by=clerk(), at=MORNING)


def test_approve_batch_refuses_a_hash_that_is_not_the_submitted_one() -> None:
    with refused("stale_manifest"):
        approve_batch(batch=submitted(), by=supervisor(), at=MORNING, manifest_sha256="0" * 64)


def test_approve_batch_refuses_when_something_that_is_printed_has_changed() -> None:
    batch = submitted()
    batch.campaign.hotline_number = "03-0000-0000"
    batch.campaign.save()
    with refused("stale_manifest") as refusal:
        approve_batch(batch=batch, by=supervisor(), at=MORNING)
    assert refusal.value.message.endswith(
        "（増えた封筒 0、なくなった封筒 0、変わった封筒 0、変わった設定 1）"
    )
    stored("artifacts", batch.manifest_sha256, ".json").unlink()
    with refused("stale_manifest") as refusal:
        approve_batch(batch=batch, by=supervisor(), at=MORNING)
    assert refusal.value.message.endswith("差し戻して作り直してください。")


def test_approve_batch_refuses_an_altered_file() -> None:
    batch = submitted()
    path = stored("artifacts", Artifact.objects.get(name="batch.pdf").sha256)
    path.write_bytes(b"%PDF-1.7 something else")
    with refused("file_changed"):
        approve_batch(batch=batch, by=supervisor(), at=MORNING)


@pytest.mark.parametrize("damage", ["pdf", "manifest", "no_manifest"])
def test_approved_files_hold_notices_every_change(damage: str) -> None:
    batch = submitted()
    assert approved_files_hold(batch) is False
    approved_by(batch, supervisor())
    manifest = stored("artifacts", batch.manifest_sha256, ".json")
    if damage == "pdf":
        stored("artifacts", Artifact.objects.get(name="batch.pdf").sha256).unlink()
    elif damage == "manifest":
        manifest.write_bytes(manifest.read_bytes() + b" ")
    else:
        manifest.unlink()
    assert approved_files_hold(batch) is False


def test_reject_batch_needs_a_reason_and_keeps_it() -> None:
    batch = submitted()
    by = supervisor()
    with refused("reason_required"):
        reject_batch(batch=batch, by=by, at=MORNING, reason=" ")
    assert reject_batch(batch=batch, by=by, at=MORNING, reason="住所の欠け") is True
    assert reject_batch(batch=batch, by=by, at=MORNING, reason="住所の欠け") is False
    batch.refresh_from_db()
    assert (batch.state, Approval.objects.get().reason) == ("rejected", "住所の欠け")
    with refused("wrong_state"):
        reject_batch(batch=batch, by=supervisor(), at=MORNING, reason="別の理由")


def test_reject_batch_needs_the_permission() -> None:
    with pytest.raises(PermissionDenied):
        reject_batch(batch=submitted(), by=clerk(), at=MORNING, reason="理由")


def test_revise_batch_makes_a_new_revision_to_render_submit_and_approve() -> None:
    batch = submitted()
    reject_batch(batch=batch, by=supervisor(), at=MORNING, reason="やり直し")
    assert revise_batch(batch=batch, by=clerk(), at=MORNING) == 2
    batch.refresh_from_db()
    assert (batch.state, batch.render_state, batch.manifest_sha256, batch.page_count) == (
        "planned",
        "ready",
        "",
        None,
    )
    approve(batch)
    assert list(Approval.objects.order_by("pk").values_list("revision", "decision")) == [
        (1, "rejected"),
        (2, "approved"),
    ]


def test_revise_batch_voids_an_approval_and_drops_pulled_envelopes() -> None:
    campaign = a_campaign()
    leaver = a_household(campaign, "00")
    a_household(campaign, "00")
    batch = approve(pack_and_plan(campaign))
    lose(leaver.people.get())
    pull_lost_envelopes(campaign=campaign, at=MORNING, by=None)
    assert revise_batch(batch=batch, by=None, at=MORNING, reason="喪失者を除く") == 2
    batch.refresh_from_db()
    assert (batch.approved_by, batch.approved_at, batch.envelope_count) == (None, None, 1)
    assert list(batch.envelopes.values_list("position", "first_page")) == [(1, None)]
    assert approved_files_hold(batch) is False


def test_revise_batch_refuses_one_that_is_only_planned() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    with refused("wrong_state"):
        revise_batch(batch=pack_and_plan(campaign), by=None, at=MORNING)


def test_cancel_batch_lets_its_envelopes_wait_for_another() -> None:
    batch = submitted()
    assert cancel_batch(batch=batch, by=clerk(), at=MORNING, reason="計画変更") is True
    assert cancel_batch(batch=batch, by=clerk(), at=MORNING) is False
    assert Envelope.objects.get().batch is None
    assert plan_batches(campaign=batch.campaign, max_envelopes=None, at=MORNING, by=None) == 1


# The long run is `TODOKE_RACES=1000`.
RACES = int(os.environ.get("TODOKE_RACES", "24"))


@pytest.mark.django_db(transaction=True)
def test_of_two_approvers_at_once_exactly_one_wins() -> None:
    one, other = supervisor(), supervisor()
    answers = races(lambda batch: [approving(batch, one), approving(batch, other)])
    assert answers == Counter({("approved", "wrong_state"): RACES})
    assert Approval.objects.filter(decision="approved").count() == RACES


@pytest.mark.django_db(transaction=True)
def test_of_an_approval_and_a_rejection_at_once_exactly_one_wins() -> None:
    one, other = supervisor(), supervisor()
    answers = races(lambda batch: [approving(batch, one), rejecting(batch, other)])
    assert set(answers) <= {("approved", "wrong_state"), ("rejected", "wrong_state")}
    assert answers.total() == RACES
    assert Approval.objects.count() == RACES


def approving(batch: PrintBatch, by: User) -> Callable[[], str]:
    state_sample_seen(batch=batch, by=by, at=MORNING)
    return lambda: "approved" if approve_batch(batch=batch, by=by, at=MORNING) else "repeated"


def rejecting(batch: PrintBatch, by: User) -> Callable[[], str]:
    return lambda: "rejected" if reject_batch(batch=batch, by=by, at=MORNING, reason="x") else "repeated"


def races(pair: Callable[[PrintBatch], list[Callable[[], str]]]) -> Counter[tuple[str, ...]]:
    """Submit as many batches as there are races, and let two people decide on each at the same moment."""
    campaign, submitter = a_campaign(), clerk()
    for _ in range(RACES):
        a_household(campaign, "00")
    pack_and_plan(campaign, max_envelopes=1)
    answers: Counter[tuple[str, ...]] = Counter()
    for batch in PrintBatch.objects.order_by("pk"):
        submit_batch(batch=render(batch), by=submitter, at=MORNING)
        answers[race(pair(batch))] += 1
    return answers


def race(pair: list[Callable[[], str]]) -> tuple[str, ...]:
    answers: list[str] = []
    start = threading.Barrier(len(pair))

    def press(decide: Callable[[], str]) -> None:
        start.wait()
        try:
            answers.append(decide())
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(decide,)) for decide in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tuple(sorted(answers))
