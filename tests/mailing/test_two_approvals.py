"""Above a campaign's threshold two people approve a batch, neither of them the one who submitted it."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from backoffice.refusal import Refused
from mailing.models import Approval, PrintBatch
from mailing.services import (
    approvals_given,
    approvals_needed,
    approve_batch,
    approved_files_hold,
    reject_batch,
    release_batch,
    revise_batch,
    submit_batch,
)
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    approved_by,
    clerk,
    pack_and_plan,
    render,
    supervisor,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def submitted(threshold: int | None) -> PrintBatch:
    campaign = a_campaign(second_approval_over=threshold)
    for _ in range(2):
        a_household(campaign, "00")
    batch = render(pack_and_plan(campaign))
    submit_batch(batch=batch, by=clerk(), at=MORNING)
    batch.refresh_from_db()
    return batch


@pytest.mark.parametrize(("threshold", "needed"), [(None, 1), (2, 1), (1, 2), (0, 2)])
def test_a_batch_over_the_threshold_needs_two_people(threshold: int | None, needed: int) -> None:
    assert approvals_needed(submitted(threshold)) == needed


def test_the_first_approval_waits_for_the_second(tmp_path: Path) -> None:
    batch, first, second = submitted(1), supervisor(), supervisor()
    assert approved_by(batch, first) is True
    batch.refresh_from_db()
    assert (batch.state, batch.approved_by) == ("submitted", None)
    with pytest.raises(Refused, match="承認待ち"):
        release_batch(batch=batch, directory=tmp_path / "package", by=second, at=MORNING)
    assert approve_batch(batch=batch, by=first, at=MORNING) is False
    assert approved_by(batch, second) is True
    batch.refresh_from_db()
    assert (batch.state, batch.approved_by) == ("approved", second)
    assert [(one.step, one.decided_by) for one in approvals_given(batch)] == [(1, first), (2, second)]
    assert [approve_batch(batch=batch, by=by, at=MORNING) for by in (first, second)] == [False, False]
    assert approved_files_hold(batch) is True


def test_the_package_names_both(tmp_path: Path) -> None:
    batch, first, second = submitted(1), supervisor(), supervisor()
    for by in (first, second):
        approved_by(batch, by)
    release_batch(batch=batch, directory=tmp_path / "package", by=second, at=MORNING)
    said = json.loads((tmp_path / "package" / "manifest.json").read_bytes())["approval"]
    assert (said["first_by"], said["by"]) == (first.get_username(), second.get_username())


def test_who_has_approved_leaves_a_rejection_to_the_other() -> None:
    batch, first, second = submitted(1), supervisor(), supervisor()
    approved_by(batch, first)
    with pytest.raises(Refused) as refusal:
        reject_batch(batch=batch, by=first, at=MORNING, reason="やはり")
    assert refusal.value.code == "already_approved"
    assert reject_batch(batch=batch, by=second, at=MORNING, reason="誤字") is True
    batch.refresh_from_db()
    assert batch.state == "rejected"
    assert list(batch.approvals.order_by("step").values_list("step", "decision")) == [
        (1, "approved"),
        (2, "rejected"),
    ]


def test_a_new_revision_is_approved_anew() -> None:
    batch, first, second = submitted(1), supervisor(), supervisor()
    approved_by(batch, first)
    reject_batch(batch=batch, by=second, at=MORNING, reason="誤字")
    revise_batch(batch=batch, by=clerk(), at=MORNING)
    batch.refresh_from_db()
    render(batch)
    submit_batch(batch=batch, by=clerk(), at=MORNING)
    batch.refresh_from_db()
    assert approvals_given(batch) == []
    assert approved_by(batch, first) is True


@pytest.mark.parametrize("changes", [{"step": 1}, {"step": 3}, {"step": 2}])
def test_the_database_keeps_steps_and_people_apart(changes: dict[str, int]) -> None:
    batch, first = submitted(1), supervisor()
    approved_by(batch, first)
    given = Approval.objects.get()
    assert batch.submitted_by is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.create(
            batch=batch,
            revision=1,
            decision="approved",
            manifest_sha256=given.manifest_sha256,
            submitted_by=batch.submitted_by,
            decided_by=first if changes["step"] == 2 else supervisor(),
            decided_at=MORNING,
            **changes,
        )


def test_the_command_says_who_is_still_missing() -> None:
    batch, first, second = submitted(1), supervisor(), supervisor()
    said = []
    for by in (first, first, second):
        out = io.StringIO()
        call_command("approve_batch", batch.number, "--by", by.get_username(), stdout=out)
        said.append(out.getvalue().strip().removeprefix(f"batch={batch.number} "))
    assert said == [
        "approved=0 repeated=0 waiting=1",
        "approved=0 repeated=1 waiting=1",
        "approved=1 repeated=0",
    ]
