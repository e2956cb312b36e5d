from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from backoffice.roles import Permission, Role
from mailing.models import Case, RenderChunk
from mailing.services import (
    import_vendor_results,
    package_path,
    reject_batch,
    state_sample_seen,
    submit_batch,
)
from mailing.states import BatchState, RenderState
from tests.factories.mailing import (
    MORNING,
    all_inserted,
    approve,
    clerk,
    envelopes_of,
    post,
    release,
    render,
    results_file,
    supervisor,
)
from tests.page_text import messages_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pathlib import Path

    from backoffice.models import User
    from mailing.models import PrintBatch
    from tests.conftest import ClientAs, StaffClient


def url(batch: PrintBatch, name: str) -> str:
    return reverse(f"mailing:batch-{name}", kwargs={"number": batch.number})


def press(client: StaffClient, batch: PrintBatch, name: str, **entries: Any) -> list[str]:
    """Press a button of the batch's page; the messages read afterwards."""
    answer = client.post(url(batch, name), entries, follow=True)
    assert answer.redirect_chain[-1][0] == url(batch, "detail")
    batch.refresh_from_db()
    return messages_of(answer)


def results_upload(batch: PrintBatch, *rows: tuple[str, int, str]) -> SimpleUploadedFile:
    lines = ["piece_no,make_no,outcome", *(",".join(map(str, row)) for row in rows)]
    return SimpleUploadedFile("results.csv", "\n".join(lines).encode())


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("render", Permission.PLAN_BATCHES),
        ("stop-rendering", Permission.PLAN_BATCHES),
        ("submit", Permission.SUBMIT_BATCH),
        ("approve", Permission.APPROVE_BATCH),
        ("reject", Permission.APPROVE_BATCH),
        ("revise", Permission.PLAN_BATCHES),
        ("cancel", Permission.PLAN_BATCHES),
        ("release", Permission.RELEASE_BATCH),
        ("results", Permission.RECORD_RESULTS),
        ("post", Permission.POST_BATCH),
        ("close", Permission.POST_BATCH),
    ],
)
def test_each_button_asks_for_its_permission(
    client_as: ClientAs, batch: PrintBatch, name: str, permission: Permission
) -> None:
    assert_only(client_as, url(batch, name), permission, "post")


def test_a_batch_of_another_branch_is_not_found(client_as: ClientAs, batch: PrintBatch) -> None:
    client = client_as(Role.CLERK, branch_code="27")
    assert client.post(url(batch, "render")).status_code == 404


def test_buttons_answer_to_post_only(client_as: ClientAs, batch: PrintBatch) -> None:
    assert client_as(Role.CLERK).get(url(batch, "submit")).status_code == 405


def test_rendering_is_begun_stopped_and_resumed(client_as: ClientAs, batch: PrintBatch) -> None:
    client = client_as(Role.CLERK)
    assert press(client, batch, "render") == ["組版を始めました。"]
    assert batch.render_state == RenderState.RENDERING
    assert press(client, batch, "stop-rendering")[0].startswith("組版を中止しました。")
    assert (batch.state, batch.render_state) == (BatchState.PLANNED, RenderState.CANCELLED)
    press(client, batch, "render")
    assert RenderChunk.objects.get().state == RenderState.READY


def test_a_rendered_batch_is_submitted(client_as: ClientAs, batch: PrintBatch) -> None:
    render(batch)
    client = client_as(Role.CLERK)
    assert press(client, batch, "submit") == ["承認者に提出しました。"]
    assert (batch.state, batch.submitted_by) == (BatchState.SUBMITTED, client.staff)


def test_a_planned_batch_cannot_be_submitted(client_as: ClientAs, batch: PrintBatch) -> None:
    told = press(client_as(Role.CLERK), batch, "submit")
    assert told == ["バッチ R7-13-P001 は「計画済み」のため、この操作はできません。"]
    assert batch.state == BatchState.PLANNED


@pytest.fixture
def submitted(batch: PrintBatch) -> PrintBatch:
    submit_batch(batch=render(batch), by=clerk(), at=MORNING)
    batch.refresh_from_db()
    return batch


def test_another_person_approves_what_was_shown(client_as: ClientAs, submitted: PrintBatch) -> None:
    client = client_as(Role.SUPERVISOR)
    shown = {"manifest_sha256": submitted.manifest_sha256}
    assert press(client, submitted, "approve", **shown)[0].startswith("見本があと2ページ残っています。")
    state_sample_seen(batch=submitted, by=client.staff, at=MORNING)
    assert press(client, submitted, "approve", **shown) == ["承認しました。"]
    assert (submitted.state, submitted.approved_by) == (BatchState.APPROVED, client.staff)


def test_what_was_not_shown_is_not_approved(client_as: ClientAs, submitted: PrintBatch) -> None:
    told = press(client_as(Role.SUPERVISOR), submitted, "approve", manifest_sha256="0" * 64)
    assert told[0].startswith("バッチ R7-13-P001 の内容が提出後に変わっています。")
    assert len(press(client_as(Role.SUPERVISOR), submitted, "approve")) == 1
    assert submitted.state == BatchState.SUBMITTED


def test_nobody_approves_their_own_submission(client_as: ClientAs, batch: PrintBatch) -> None:
    client = client_as(Role.SUPERVISOR)
    submit_batch(batch=render(batch), by=client.staff, at=MORNING)
    batch.refresh_from_db()
    told = press(client, batch, "approve", manifest_sha256=batch.manifest_sha256)
    assert told == ["提出した本人は承認できません。別の承認者が承認してください。"]
    assert batch.state == BatchState.SUBMITTED


def test_a_rejection_needs_a_reason_and_leads_to_the_next_revision(
    client_as: ClientAs, submitted: PrintBatch
) -> None:
    client = client_as(Role.SUPERVISOR)
    assert press(client, submitted, "reject", reason="") == ["このフィールドは必須です。"]
    assert press(client, submitted, "reject", reason="住所が切れています") == ["差し戻しました。"]
    assert submitted.state == BatchState.REJECTED
    told = press(client_as(Role.CLERK), submitted, "revise", reason="直しました")
    assert told == ["計画に戻しました（改訂 2）。もう一度組版してください。"]
    assert (submitted.state, submitted.revision) == (BatchState.PLANNED, 2)


def test_a_batch_is_cancelled_before_its_release(client_as: ClientAs, batch: PrintBatch) -> None:
    told = press(client_as(Role.CLERK), batch, "cancel", reason="分け直します")
    assert (told, batch.state) == (["バッチを取り消しました。"], BatchState.CANCELLED)


def test_a_release_makes_the_package_once(client_as: ClientAs, batch: PrintBatch) -> None:
    client = client_as(Role.SUPERVISOR)
    approve(batch)
    assert press(client, batch, "release") == ["2通の引渡し一式を作成しました（引抜き 0通）。"]
    names = sorted(path.name for path in package_path(batch).iterdir())
    assert (batch.state, names) == (BatchState.RELEASED, ["batch.pdf", "envelopes.csv", "manifest.json"])
    assert press(client, batch, "release") == ["引渡し一式はすでに最新です。"]


@pytest.fixture
def released(batch: PrintBatch, tmp_path: Path) -> PrintBatch:
    return release(batch, tmp_path / "package")


def test_results_posting_and_end(client_as: ClientAs, released: PrintBatch) -> None:
    client = client_as(Role.CLERK)
    told = press(client, released, "results", file=results_upload(released, *all_inserted(released)))
    assert told == ["2行を読みました。封入 2、汚損 0、引抜き 0、所在不明 0、未報告 0。"]
    assert released.state == BatchState.RECONCILED
    assert press(client, released, "post", on="2025-08-01") == ["2通の差出を記録しました。"]
    assert released.posted_on == date(2025, 8, 1)
    assert press(client, released, "close") == ["バッチを完了しました。"]
    assert released.state == BatchState.CLOSED


def test_a_results_file_of_something_else_changes_nothing(client_as: ClientAs, released: PrintBatch) -> None:
    told = press(
        client_as(Role.CLERK), released, "results", file=results_upload(released, ("1", 1, "inserted"))
    )
    assert told[0].startswith("results.csv 2行目 列「封筒番号」: ")
    assert (released.state, released.results.count()) == (BatchState.RELEASED, 0)


def test_posting_waits_for_the_difference(client_as: ClientAs, released: PrintBatch) -> None:
    told = press(client_as(Role.CLERK), released, "post", on="2025-08-01")
    assert told[0].startswith("バッチ R7-13-P001 には未解決の差異があります")
    assert press(client_as(Role.CLERK), released, "post", on="") == ["このフィールドは必須です。"]


@pytest.fixture
def case(released: PrintBatch, tmp_path: Path) -> Case:
    """A missing piece."""
    first, second = envelopes_of(released)
    rows = [(first.piece_no, 1, "missing"), (second.piece_no, 1, "inserted")]
    path = results_file(tmp_path / "results.csv", *rows)
    import_vendor_results(batch=released, path=path, file_name=path.name, by=clerk(), at=MORNING)
    return Case.objects.get()


def close_url(case: Case) -> str:
    return reverse("mailing:case-close", kwargs={"public_id": case.public_id})


def test_closing_a_case_records_cause_and_decision(client_as: ClientAs, case: Case) -> None:
    client = client_as(Role.CLERK)
    entries = {"cause": "搬送中に落下", "decision": "作り直す"}
    answer = client.post(close_url(case), entries, follow=True)
    case.refresh_from_db()
    assert messages_of(answer) == ["差異の原因と判断を記録しました。"]
    assert (case.cause, case.decision, case.closed_by) == ("搬送中に落下", "作り直す", client.staff)
    assert case.batch.state == BatchState.RECONCILED


def test_somebody_takes_a_case(client_as: ClientAs, case: Case) -> None:
    client, url = client_as(Role.CLERK), reverse("mailing:case-take", kwargs={"public_id": case.public_id})
    for told in ("差異の担当になりました。", "この差異の担当は変わりません。"):
        assert messages_of(client.post(url, follow=True)) == [told]
    case.refresh_from_db()
    assert case.owner == client.staff
    assert_only(client_as, url, Permission.RECORD_RESULTS, "post")


def test_who_may_close_a_case(client_as: ClientAs, case: Case) -> None:
    assert_only(client_as, close_url(case), Permission.RECORD_RESULTS, "post")
    assert client_as(Role.CLERK, branch_code="27").post(close_url(case)).status_code == 404


def test_a_posted_batch_takes_no_more_buttons(client_as: ClientAs, batch: PrintBatch) -> None:
    post(batch)
    for name, entries in (("cancel", {"reason": "x"}), ("revise", {"reason": "x"}), ("submit", {})):
        told = press(client_as(Role.CLERK), batch, name, **entries)
        assert told == ["バッチ R7-13-P001 は「差出済み」のため、この操作はできません。"]


def test_who_rejected_may_press_twice(client_as: ClientAs, submitted: PrintBatch) -> None:
    by: User = supervisor()
    assert reject_batch(batch=submitted, by=by, at=MORNING, reason="x")
    assert not reject_batch(batch=submitted, by=by, at=MORNING, reason="x")
