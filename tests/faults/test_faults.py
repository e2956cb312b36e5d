"""The database, the queue and the workers fail in the middle of things: nothing is lost, nothing is doubled, and nobody has
to repair anything.

In a test run every fault happens once (a killed worker: test_killed_worker.py). The long run is
`TODOKE_FAULT_ROUNDS=100 TODOKE_FAULT_SEED=1 python3 dev.py test tests/faults/test_faults.py -s`; it prints what it counted.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from issuance.models import RosterImport
from mailing.models import Approval, Envelope, PrintBatch, VendorResult
from mailing.services import (
    approve_batch,
    import_vendor_results,
    post_batch,
    release_batch,
    state_sample_seen,
    submit_batch,
)
from mailing.states import BatchState
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    all_inserted,
    clerk,
    pack_and_plan,
    results_file,
    supervisor,
)
from tests.faults.stage import Stage, breaches_of, stage, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from pytest_django import DjangoDbBlocker, Settings

    from issuance.models import Campaign

QUEUE, RENDER, APPROVE, IMPORT, WORKER = "queue lost", "render", "approve", "import", "worker killed"
ROUNDS, SEED = int(os.environ.get("TODOKE_FAULT_ROUNDS", "0")), int(os.environ.get("TODOKE_FAULT_SEED", "1"))
HOUSEHOLDS = 6
# A database takes 99 campaigns; a long run needs several.
CAMPAIGNS = 90


def planned_faults() -> list[str]:
    """Each fault once; in a long run as many as asked for, by chance."""
    if not ROUNDS:
        return [QUEUE, RENDER, APPROVE, IMPORT]
    return Random(SEED).choices([QUEUE, RENDER, APPROVE, IMPORT, WORKER], k=ROUNDS)


def test_after_every_fault_nothing_is_lost_or_doubled(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    monkeypatch.setattr("mailing.services.rendering.CHUNK_ENVELOPES", 1)
    random, faults, told = Random(SEED), planned_faults(), Counter[str]()
    for first in range(0, len(faults), CAMPAIGNS):
        folder = tmp_path / f"from-{first}"
        folder.mkdir()
        settings.DATA_DIR = folder / "data"
        with django_db_blocker.unblock(), stage(folder) as scene:
            for number, fault in enumerate(faults[first : first + CAMPAIGNS], 1):
                campaign = one_campaign(scene, f"F{number}", fault, random, folder / f"package-{number}")
                found = breaches_of(campaign)
                told.update([fault, *(f"{fault}: {breach}" for breach in found)])
                told["breaches"] += len(found)
            told["envelopes"] += Envelope.objects.count()
            told["posted"] += Envelope.objects.filter(state="posted").count()
    print(f"rounds={len(faults)} {dict(told)}")
    assert told["breaches"] == 0
    assert told["envelopes"] == len(faults) * HOUSEHOLDS
    assert told["posted"] == len(faults) * (HOUSEHOLDS - 1)  # one of each batch is spoiled, and waits


def one_campaign(scene: Stage, code: str, fault: str, random: Random, package: Path) -> Campaign:
    """A campaign from packing to the post, with one fault on the way."""
    campaign = a_campaign(code)
    for _ in range(HOUSEHOLDS):
        a_household(campaign, "00", "01")
    people = 2 * HOUSEHOLDS
    RosterImport.objects.filter(campaign=campaign).update(rows=people, accepted=people)
    batch = rendered(scene, pack_and_plan(campaign), fault, random)
    submit_batch(batch=batch, by=clerk(), at=MORNING)
    approve(scene, batch, fault)
    release_batch(batch=batch, directory=package, by=supervisor(), at=MORNING)
    take_in_results(scene, batch, fault, package.with_suffix(".csv"))
    post_batch(batch=batch, on=date(2025, 8, 1), by=clerk(), at=MORNING)
    return campaign


def rendered(scene: Stage, batch: PrintBatch, fault: str, random: Random) -> PrintBatch:
    if fault == QUEUE:
        scene.lose_the_queue(batch)
    else:
        scene.ask_for(batch)
    if fault in {RENDER, WORKER}:
        wait_for(scene.in_work, "no chunk was begun")
        time.sleep(random.random() / 10)
        scene.stop_the_database() if fault == RENDER else scene.kill_the_worker()
    if fault in {QUEUE, RENDER, WORKER}:
        scene.let_time_pass()
    return scene.wait_until_rendered(batch)


def approve(scene: Stage, batch: PrintBatch, fault: str) -> None:
    """Cut off, an approval has not happened; the next one has."""
    by = supervisor()
    state_sample_seen(batch=batch, by=by, at=MORNING)
    if fault == APPROVE:
        held = f"SELECT FROM backoffice_user WHERE id = {by.pk} FOR UPDATE"
        scene.cut_off(lambda: approve_batch(batch=batch, by=by, at=MORNING), at_lock=held)
        batch.refresh_from_db()
        assert (batch.state, Approval.objects.filter(batch=batch).count()) == (BatchState.SUBMITTED, 0)
    assert approve_batch(batch=batch, by=by, at=MORNING) is True


def take_in_results(scene: Stage, batch: PrintBatch, fault: str, path: Path) -> None:
    """Cut off, nothing of a file was taken in; the next time all of it."""
    first, *rest = all_inserted(batch)
    results_file(path, *rest, (*first[:2], "spoiled"))
    by = clerk()

    def take_in() -> object:
        return import_vendor_results(batch=batch, path=path, file_name=path.name, by=by, at=MORNING)

    if fault == IMPORT:
        piece = batch.envelopes.order_by("-position")[0]
        held = f"SELECT FROM mailing_envelope WHERE id = {piece.pk} FOR SHARE"
        scene.cut_off(take_in, at_lock=held)
        assert VendorResult.objects.filter(batch=batch).count() == 0
        assert set(batch.envelopes.values_list("state", flat=True)) == {"released"}
    take_in()
