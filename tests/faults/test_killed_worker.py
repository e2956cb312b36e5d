"""A worker dies in the middle of its work: nothing is lost, nothing is made twice, another finishes it."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from employers.apps import ensure_branches
from mailing.models import PrintBatch, RenderChunk
from mailing.queries import batch_by_number
from mailing.services import request_rendering, revise_batch
from mailing.states import BatchState, RenderState
from mailing.tasks import send_rendering
from tests.factories.mailing import a_campaign, a_household, pack_and_plan
from tests.workers import start_worker, worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

WITHIN = 60.0


def wait_for(condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def in_work() -> bool:
    return RenderChunk.objects.filter(state=RenderState.RENDERING).exists()


def rendered(batch: PrintBatch) -> bool:
    send_rendering()
    return batch_by_number(batch.number).state == BatchState.RENDERED


def ask_for(batch: PrintBatch) -> None:
    request_rendering(batches=PrintBatch.objects.filter(pk=batch.pk), at=timezone.now(), by=None)
    send_rendering()


@pytest.mark.django_db(transaction=True)
def test_another_worker_finishes_what_a_killed_one_left_with_the_same_bytes(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    ensure_branches("default")
    campaign = a_campaign()
    for _ in range(60):
        a_household(campaign, "00", "01")
    batch = pack_and_plan(campaign)
    victim = start_worker(tmp_path / "victim.log")
    ask_for(batch)
    wait_for(in_work, "no chunk was begun")
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()
    left = RenderChunk.objects.get(state=RenderState.RENDERING)

    # The lease runs out; time is the only thing this test does not wait for.
    RenderChunk.objects.filter(pk=left.pk).update(lease_until=timezone.now())
    with worker(tmp_path / "heir.log"):
        wait_for(lambda: rendered(batch), "the batch was not finished")
        made = batch_by_number(batch.number)
        assert RenderChunk.objects.get(pk=left.pk).attempt == left.attempt + 1
        assert made.envelopes.filter(pages__isnull=True).count() == 0
        first = made.artifacts.get(name="batch.pdf")

        # The same envelopes once more, undisturbed: byte for byte the same file.
        revise_batch(batch=made, by=None, at=timezone.now())
        ask_for(batch)
        wait_for(lambda: rendered(batch), "the second revision was not finished")
    assert batch_by_number(batch.number).artifacts.get(revision=2, name="batch.pdf").sha256 == first.sha256


@pytest.mark.django_db(transaction=True)
def test_one_worker_in_one_go_and_two_workers_in_many_ranges_make_the_same_bytes(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    ensure_branches("default")
    campaign = a_campaign()
    for _ in range(40):
        a_household(campaign, "00", "01")
    batch = pack_and_plan(campaign)
    made = []
    for workers, envelopes in ((1, 1_000), (2, 3)):
        monkeypatch.setattr("mailing.services.rendering.CHUNK_ENVELOPES", envelopes)
        process = start_worker(tmp_path / f"{workers}.log", concurrency=workers)
        try:
            ask_for(batch)
            wait_for(lambda: rendered(batch), f"{workers} workers did not finish")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
        now = batch_by_number(batch.number)
        made.append(
            (now.chunks.filter(revision=now.revision).count(), now.artifacts.get(revision=now.revision))
        )
        revise_batch(batch=now, by=None, at=timezone.now())
    (one, first), (many, second) = made
    assert (one, many) == (1, 14)
    assert second.sha256 == first.sha256
