from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.refusal import Refused
from backoffice.roles import Role
from issuance.models import InsuredPerson
from mailing.models import Case, Envelope, PrintBatch, VendorResult
from mailing.queries import BatchSum, batch_sum
from mailing.services import (
    ResultCounts,
    close_batch,
    close_case,
    import_vendor_results,
    plan_batches,
    post_batch,
    pull_lost_envelopes,
)
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    all_inserted,
    approve,
    clerk,
    envelopes_of,
    lose,
    pack_and_plan,
    release,
    results_file,
    staff,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db
AUGUST = date(2025, 8, 1)
Answer = Callable[..., ResultCounts]


@pytest.fixture
def batch(tmp_path: Path) -> PrintBatch:
    """Four released envelopes."""
    campaign = a_campaign()
    for place in range(4):
        a_household(campaign, "00", postal_code=f"100000{place}")
    return release(pack_and_plan(campaign), tmp_path / "package")


@pytest.fixture
def answer(batch: PrintBatch, tmp_path: Path) -> Answer:
    """Take in rows of (piece_no, make_no, outcome)."""

    def take(*rows: tuple[str, int, str], to: PrintBatch = batch) -> ResultCounts:
        path = results_file(tmp_path / "results.csv", *rows)
        return import_vendor_results(batch=to, path=path, file_name=path.name, by=clerk(), at=MORNING)

    return take


def outcomes(batch: PrintBatch, *said: str) -> list[tuple[str, int, str]]:
    return [(e.piece_no, e.make_no, outcome) for e, outcome in zip(envelopes_of(batch), said, strict=True)]


def pull_last(batch: PrintBatch) -> Envelope:
    last = envelopes_of(batch)[-1]
    lose(InsuredPerson.objects.get(household=last.household))
    pull_lost_envelopes(campaign=batch.campaign, at=MORNING, by=None)
    last.refresh_from_db()
    return last


def test_all_inserted_reconciles_the_batch(batch: PrintBatch, answer: Answer) -> None:
    said = answer(*all_inserted(batch))
    assert said == ResultCounts(
        rows=4, inserted=4, spoiled=0, pulled=0, missing=0, cases=0, difference=0, repeated=0, reconciled=True
    )
    batch.refresh_from_db()
    assert (batch.state, batch.reconciled_at) == ("reconciled", MORNING)
    assert set(batch.envelopes.values_list("state", flat=True)) == {"inserted"}


def test_the_same_file_again_changes_nothing(batch: PrintBatch, answer: Answer) -> None:
    rows = outcomes(batch, "inserted", "spoiled", "missing", "inserted")
    answer(*rows)
    again = answer(*rows)
    assert (again.repeated, again.cases, again.reconciled) == (4, 0, False)
    assert (VendorResult.objects.count(), Case.objects.count()) == (4, 1)


def test_results_may_come_in_parts_and_the_rest_is_a_difference(batch: PrintBatch, answer: Answer) -> None:
    rows = all_inserted(batch)
    assert (answer(*rows[:3]).difference, batch_sum(batch).difference) == (1, 1)
    with pytest.raises(Refused) as refusal:
        post_batch(batch=batch, on=AUGUST, by=clerk(), at=MORNING)
    assert refusal.value.code == "open_difference"
    said = answer(*rows)
    assert (said.difference, said.repeated, said.reconciled) == (0, 3, True)


def test_a_spoiled_piece_is_made_again_in_another_batch_under_the_next_make_number(
    batch: PrintBatch, answer: Answer, tmp_path: Path
) -> None:
    said = answer(*outcomes(batch, "inserted", "spoiled", "inserted", "inserted"))
    assert (said.spoiled, said.difference, said.reconciled) == (1, 0, True)
    again = Envelope.objects.get(make_no=2)
    assert (again.state, again.batch, again.position, again.first_page) == ("released", None, None, None)
    assert plan_batches(campaign=batch.campaign, max_envelopes=None, at=MORNING, by=None) == 1
    reprint = PrintBatch.objects.get(number="R7-13-P002")
    release(reprint, tmp_path / "reprint")
    again.refresh_from_db()
    assert (again.state, again.released_at) == ("released", MORNING)
    assert answer(*all_inserted(reprint), to=reprint).reconciled is True
    assert batch_sum(batch) == BatchSum(
        ordered=4, inserted=3, pulled=0, spoiled_not_remade=1, missing=0, remade=1
    )
    reprint.refresh_from_db()
    assert batch_sum(reprint).inserted == 1
    assert post_batch(batch=batch, on=AUGUST, by=clerk(), at=MORNING) == 3


def test_a_pulled_piece_is_right_when_it_stands_on_the_pull_list(batch: PrintBatch, answer: Answer) -> None:
    pull_last(batch)
    said = answer(*outcomes(batch, "inserted", "inserted", "inserted", "pulled"))
    assert (said.pulled, said.cases, said.reconciled) == (1, 0, True)
    assert batch_sum(batch) == BatchSum(
        ordered=4, inserted=3, pulled=1, spoiled_not_remade=0, missing=0, remade=0
    )


def test_a_spoiled_piece_of_the_pull_list_is_not_made_again(batch: PrintBatch, answer: Answer) -> None:
    last = pull_last(batch)
    assert answer(*outcomes(batch, "inserted", "inserted", "inserted", "spoiled")).reconciled is True
    last.refresh_from_db()
    assert (last.state, last.make_no) == ("pulled", 1)


def test_a_piece_of_the_pull_list_that_was_inserted_opens_a_case(batch: PrintBatch, answer: Answer) -> None:
    last = pull_last(batch)
    said = answer(*all_inserted(batch))
    assert (said.cases, said.difference, said.reconciled) == (1, 0, False)
    case = Case.objects.get()
    assert (case.kind, case.envelope) == ("pulled_but_inserted", last)
    with pytest.raises(Refused) as refusal:
        post_batch(batch=batch, on=AUGUST, by=clerk(), at=MORNING)
    assert refusal.value.code == "open_difference"
    close_case(case=case, cause="引抜き前に封入済み", decision="開封して抜き取り破棄", by=clerk(), at=MORNING)
    assert post_batch(batch=batch, on=AUGUST, by=clerk(), at=MORNING) == 3
    last.refresh_from_db()
    assert (last.state, last.make_no) == ("pulled", 1)


@pytest.mark.parametrize(("outcome", "kind"), [("missing", "missing"), ("pulled", "pulled_unasked")])
def test_a_missing_piece_is_made_again_only_after_its_case_is_closed(
    batch: PrintBatch, answer: Answer, outcome: str, kind: str
) -> None:
    said = answer(*outcomes(batch, "inserted", outcome, "inserted", "inserted"))
    assert (said.cases, said.reconciled) == (1, False)
    case = Case.objects.get()
    assert case.kind == kind
    assert plan_batches(campaign=batch.campaign, max_envelopes=None, at=MORNING, by=None) == 0
    by = clerk()
    assert close_case(case=case, cause="床に落ちていた", decision="破棄して再作成", by=by, at=MORNING) is True
    assert (
        close_case(case=case, cause="床に落ちていた", decision="破棄して再作成", by=by, at=MORNING) is False
    )
    case.refresh_from_db()
    assert (case.closed_by, case.closed_at, case.decision) == (by, MORNING, "破棄して再作成")
    batch.refresh_from_db()
    assert batch.state == "reconciled"
    assert (batch_sum(batch).missing, batch_sum(batch).difference) == (0, 0)
    assert Envelope.objects.get(make_no=2) == case.envelope
    assert plan_batches(campaign=batch.campaign, max_envelopes=None, at=MORNING, by=None) == 1


def test_a_missing_piece_counts_as_missing_until_its_case_is_closed(
    batch: PrintBatch, answer: Answer
) -> None:
    answer(*outcomes(batch, "inserted", "missing", "inserted", "inserted"))
    assert batch_sum(batch) == BatchSum(
        ordered=4, inserted=3, pulled=0, spoiled_not_remade=0, missing=1, remade=0
    )


def test_close_case_needs_cause_decision_and_permission(batch: PrintBatch, answer: Answer) -> None:
    answer(*outcomes(batch, "inserted", "missing", "inserted", "inserted"))
    case = Case.objects.get()
    for cause, decision in (("", "再作成"), ("不明", " ")):
        with pytest.raises(Refused) as refusal:
            close_case(case=case, cause=cause, decision=decision, by=clerk(), at=MORNING)
        assert refusal.value.code == "cause_required"
    with pytest.raises(PermissionDenied):
        close_case(case=case, cause="不明", decision="再作成", by=staff(Role.RETURNS), at=MORNING)


def test_another_answer_about_the_same_make_is_refused(batch: PrintBatch, answer: Answer) -> None:
    first = envelopes_of(batch)[0]
    answer((first.piece_no, 1, "inserted"))
    with pytest.raises(Refused) as refusal:
        answer((first.piece_no, 1, "spoiled"))
    assert refusal.value.code == "contradicts"


def test_results_of_a_batch_that_is_not_released_are_refused(tmp_path: Path) -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    waiting = approve(pack_and_plan(campaign))
    path = results_file(tmp_path / "results.csv", *all_inserted(waiting))
    with pytest.raises(Refused) as refusal:
        import_vendor_results(batch=waiting, path=path, file_name=path.name, by=clerk(), at=MORNING)
    assert refusal.value.code == "wrong_state"
    with pytest.raises(PermissionDenied):
        import_vendor_results(
            batch=waiting, path=path, file_name=path.name, by=staff(Role.AUDITOR), at=MORNING
        )


def test_post_batch_posts_what_was_inserted_once(batch: PrintBatch, answer: Answer) -> None:
    answer(*all_inserted(batch))
    by = clerk()
    assert post_batch(batch=batch, on=AUGUST, by=by, at=MORNING) == 4
    batch.refresh_from_db()
    assert (batch.state, batch.posted_on) == ("posted", AUGUST)
    assert set(batch.envelopes.values_list("state", "posted_on")) == {("posted", AUGUST)}
    assert post_batch(batch=batch, on=AUGUST, by=by, at=MORNING) == 0
    with pytest.raises(Refused) as refusal:
        post_batch(batch=batch, on=date(2025, 8, 2), by=by, at=MORNING)
    assert refusal.value.code == "wrong_state"


def test_an_envelope_pulled_after_it_was_inserted_is_not_posted(batch: PrintBatch, answer: Answer) -> None:
    answer(*all_inserted(batch))
    last = pull_last(batch)
    case = Case.objects.get()
    assert (case.kind, case.envelope, case.owner) == ("pulled_but_inserted", last, None)
    with pytest.raises(Refused) as refusal:
        post_batch(batch=batch, on=AUGUST, by=clerk(), at=MORNING)
    assert refusal.value.code == "open_difference"
    close_case(case=case, cause="封入後の喪失届", decision="抜き取り破棄", by=clerk(), at=MORNING)
    assert post_batch(batch=batch, on=AUGUST, by=clerk(), at=MORNING) == 3
    last.refresh_from_db()
    assert last.state == "pulled"
    assert batch_sum(batch) == BatchSum(
        ordered=4, inserted=3, pulled=1, spoiled_not_remade=0, missing=0, remade=0
    )


def test_post_batch_needs_the_permission(batch: PrintBatch) -> None:
    with pytest.raises(PermissionDenied):
        post_batch(batch=batch, on=AUGUST, by=staff(Role.RETURNS), at=MORNING)


def test_close_batch_ends_a_posted_batch(batch: PrintBatch, answer: Answer) -> None:
    answer(*all_inserted(batch))
    by = clerk()
    with pytest.raises(Refused) as refusal:
        close_batch(batch=batch, by=by, at=MORNING)
    assert refusal.value.code == "wrong_state"
    post_batch(batch=batch, on=AUGUST, by=by, at=MORNING)
    assert close_batch(batch=batch, by=by, at=MORNING) == batch_sum(batch)
    assert close_batch(batch=batch, by=by, at=MORNING).inserted == 4
    batch.refresh_from_db()
    assert (batch.state, batch.closed_at) == ("closed", MORNING)
