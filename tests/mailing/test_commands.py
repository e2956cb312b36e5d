from __future__ import annotations

import errno
import io
import os
from typing import TYPE_CHECKING

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.utils import timezone

from issuance.models import LossImport
from mailing.models import Envelope, PrintBatch
from mailing.services import request_rendering
from mailing.tasks import finish_batch, render_chunk, sweep_rendering
from tests.factories.mailing import (
    a_campaign,
    a_household,
    all_inserted,
    an_employer,
    approve,
    clerk,
    pack_and_plan,
    results_file,
    supervisor,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def worker_at_hand() -> Iterator[None]:
    """Celery runs each task at once, in this process."""
    current_app.conf.task_always_eager = True
    current_app.conf.task_eager_propagates = True
    yield
    current_app.conf.task_always_eager = False
    current_app.conf.task_eager_propagates = False


@pytest.fixture
def no_worker() -> Iterator[None]:
    """Messages are taken and nobody reads them."""
    url = current_app.conf.broker_url
    current_app.conf.broker_url = "memory://"
    current_app._after_fork()  # its pools are made anew for the other broker
    current_app.amqp._producer_pool = None
    current_app._pool = None
    yield
    current_app.conf.broker_url = url
    current_app.amqp._producer_pool = None
    current_app._pool = None


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue().splitlines()[-1]


@pytest.mark.django_db(transaction=True)
def test_the_commands_carry_a_campaign_to_the_post(worker_at_hand: None, tmp_path: Path) -> None:
    campaign = a_campaign()
    a_household(campaign, "00", "01", employer=an_employer())
    a_household(campaign, "00")
    assert run("pack_envelopes", "R7") == "envelopes=2 certificates=3"
    assert run("pack_envelopes", "R7") == "envelopes=0 certificates=0"
    assert run("plan_batches", "R7", "--max-envelopes", 5) == "batches=1"
    assert run("plan_batches", "R7") == "batches=0"
    assert run("render_batches", "R7", "--wait") == "batches=1 rendered=1 failed=0 stopped=0"
    assert run("render_batches", "R7", "--wait") == "batches=0 rendered=0 failed=0 stopped=0"
    batch = PrintBatch.objects.get()
    preparer, approver = clerk(), supervisor()
    assert run("submit_batch", batch.number, "--by", preparer.username).endswith("repeated=0")
    assert run("submit_batch", batch.number, "--by", preparer.username).endswith("repeated=1")
    approved = f"batch={batch.number} approved=1 repeated="
    assert run("approve_batch", batch.number, "--by", approver.username) == approved + "0"
    assert run("approve_batch", batch.number, "--by", approver.username) == approved + "1"
    package = tmp_path / "package"
    released = "envelopes=2 pages=2 pulled=0 repeated="
    assert run("release_batch", batch.number, package, "--by", approver.username) == released + "0"
    assert run("release_batch", batch.number, package, "--by", approver.username) == released + "1"
    results = results_file(tmp_path / "results.csv", *all_inserted(batch))
    assert run("import_vendor_results", batch.number, results, "--by", preparer.username) == (
        "rows=2 inserted=2 spoiled=0 pulled=0 missing=0 cases=0 difference=0 repeated=0 reconciled=1"
    )
    assert run("import_vendor_results", batch.number, results, "--by", preparer.username) == (
        "rows=2 inserted=2 spoiled=0 pulled=0 missing=0 cases=0 difference=0 repeated=2 reconciled=1"
    )
    with pytest.raises(CommandError, match="1か月以上先"):
        run("post_batch", batch.number, "--on", "2925-08-01", "--by", preparer.username)
    assert (
        run("post_batch", batch.number, "--on", "2025-08-01", "--by", preparer.username)
        == "posted=2 repeated=0"
    )
    assert (
        run("post_batch", batch.number, "--on", "R7.8.1", "--by", preparer.username) == "posted=0 repeated=1"
    )


@pytest.mark.django_db
def test_reject_batch_prints_what_it_did_and_refuses_in_one_line(worker_at_hand: None) -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    batch = pack_and_plan(campaign)
    by = supervisor().username
    with pytest.raises(CommandError) as refusal:
        run("reject_batch", batch.number, "--by", by, "--reason", "住所の欠け")
    assert str(refusal.value) == "バッチ R7-13-P001 は「計画済み」のため、この操作はできません。"
    with pytest.raises(CommandError) as denied:
        run("approve_batch", batch.number, "--by", clerk().username)
    assert str(denied.value) == "この操作を行う権限がありません。"


@pytest.mark.django_db(transaction=True)
def test_reject_batch_sends_a_submitted_batch_back(worker_at_hand: None) -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    batch = pack_and_plan(campaign)
    run("render_batches", "R7", "--wait")
    run("submit_batch", batch.number, "--by", clerk().username)
    by = supervisor().username
    said = f"batch={batch.number} rejected=1 repeated="
    assert run("reject_batch", batch.number, "--by", by, "--reason", "住所の欠け") == said + "0"
    assert run("reject_batch", batch.number, "--by", by, "--reason", "住所の欠け") == said + "1"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [("pack_envelopes", "NONE"), ("submit_batch", "NONE", "--by", "nobody"), ("plan_batches", "NONE")],
)
def test_unknown_campaigns_and_batches_are_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)


@pytest.mark.django_db
def test_post_batch_refuses_an_impossible_day() -> None:
    with pytest.raises(CommandError):
        run("post_batch", "R7-13-P001", "--on", "2025-02-30", "--by", "nobody")


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    batch = approve(pack_and_plan(campaign))
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError) as refusal:
        run("release_batch", batch.number, str(tmp_path / "file" / "package"), "--by", supervisor().username)
    assert str(tmp_path / "file") in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.django_db
def test_a_full_disk_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_values: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    campaign = a_campaign()
    monkeypatch.setattr("mailing.management.commands.import_losses.import_losses", full)
    with pytest.raises(CommandError, match=r"^No space left on device$"):
        run("import_losses", campaign.code, str(tmp_path / "losses.csv"))


@pytest.mark.django_db
def test_a_file_name_that_is_no_utf8_is_stored_as_it_can_be_read(tmp_path: Path) -> None:
    campaign = a_campaign()
    path = tmp_path / os.fsdecode("喪失.csv".encode("cp932"))
    path.write_text("insurer_no,symbol,number,edaban,lost_on\n")
    run("import_losses", campaign.code, str(path))
    assert LossImport.objects.get().file_name == r"\x91r\x8e\xb8.csv"


@pytest.mark.django_db
def test_import_losses_pulls_in_the_same_step(tmp_path: Path) -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00", "01")
    pack_and_plan(campaign)
    path = tmp_path / "losses.csv"
    path.write_text(
        "insurer_no,symbol,number,edaban,lost_on\n"
        f"{household.insurer_no},{household.symbol},{household.number},01,2025-07-01\n"
    )
    assert run("import_losses", "R7", path) == "rows=1 accepted=1 rejected=0 pulled=1 replaced=1 repeated=0"
    assert run("import_losses", "R7", path) == "rows=1 accepted=1 rejected=0 pulled=0 replaced=0 repeated=1"
    assert list(Envelope.objects.order_by("ordinal").values_list("state", flat=True)) == ["pulled", "planned"]


@pytest.mark.django_db
def test_publish_target_lists_puts_each_list_into_an_envelope() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", "01", employer=an_employer())
    assert run("publish_target_lists", "R7") == "lists=1 lines=1 envelopes=1"
    assert run("publish_target_lists", "R7").endswith("envelopes=0")


@pytest.mark.django_db(transaction=True)
def test_render_batches_does_not_wait_for_ever_without_a_worker(no_worker: None) -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    batch = pack_and_plan(campaign)
    with pytest.raises(CommandError) as refusal:
        run("render_batches", "R7", "--wait", "--timeout", "0.2")
    assert "ワーカー" in str(refusal.value)
    batch.refresh_from_db()
    assert (batch.state, batch.render_state) == ("planned", "rendering")
    assert run("render_batches", "R7") == "batches=1 rendered=0 failed=0 stopped=0"


@pytest.mark.django_db(transaction=True)
def test_render_batches_that_waited_for_a_batch_that_failed_says_so(
    worker_at_hand: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_values: object) -> None:
        raise MemoryError

    campaign = a_campaign()
    a_household(campaign, "00")
    pack_and_plan(campaign)
    monkeypatch.setattr("mailing.services.print_chunk", broken)
    current_app.conf.task_eager_propagates = False
    monkeypatch.setattr("mailing.management.commands.render_batches._SWEEP_EVERY", 0.0)
    with pytest.raises(CommandError, match="1個のバッチの組版に失敗しました"):
        run("render_batches", "R7", "--wait")


@pytest.mark.django_db(transaction=True)
def test_the_sweeper_finds_work_whose_message_was_lost(worker_at_hand: None) -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    batch = pack_and_plan(campaign)
    request_rendering(batches=PrintBatch.objects.all(), at=timezone.now(), by=None)
    sweep_rendering()
    batch.refresh_from_db()
    assert batch.state == "rendered"
    render_chunk(chunk_id=batch.chunks.get().pk)
    finish_batch(batch_id=batch.pk)
    sweep_rendering()
    assert batch.artifacts.count() == 1
