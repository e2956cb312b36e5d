"""The process that erases personal data is killed for good, twice: what is gone stays gone and counted, and the next run does the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from employers.apps import ensure_branches
from issuance.models import Household
from mailing.services import printed_files
from returns.models import Erasure
from returns.services import close_campaign, confirm_erasure, erase_campaign, propose_erasure
from tests.factories.endings import an_ended_campaign
from tests.factories.mailing import MORNING, supervisor
from tests.workers import environment

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

# One process dies after the first block of one household, the next when every row is gone and the files are still there.
DYING = """
import os, signal
import django
django.setup()
from django.utils import timezone
from returns.models import Erasure
from returns.services import erase_campaign, erasing

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def run(report):
    erasing.HOUSEHOLDS_AT_ONCE = 1
    erase_campaign(erasure=Erasure.objects.get(), at=timezone.now(), report=report)

if os.fork() == 0:
    run(lambda done, total: die() if done == 1 else None)
first = os.wait()[1]
if os.fork() == 0:
    erasing.remove_printed_files = die
    run(lambda done, total: None)
print(os.WTERMSIG(first), os.WTERMSIG(os.wait()[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_erasure_is_finished_by_the_next_run_and_counts_once(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    ensure_branches("default")
    campaign = an_ended_campaign(keep_months=0)
    close_campaign(campaign=campaign, at=MORNING, by=supervisor())
    erasure = propose_erasure(campaign=campaign, at=MORNING, by=supervisor())
    confirm_erasure(erasure=erasure, at=MORNING, by=supervisor())
    signals = subprocess.run(
        [sys.executable, "-c", DYING],
        env=environment() | {"DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert signals == ["9", "9"]
    erasure.refresh_from_db()
    assert (Household.objects.count(), erasure.erased_at, erasure.erased["households"]) == (0, None, 3)
    assert len(list(printed_files(campaign))) == erasure.to_erase["files"] > 0

    erased = erase_campaign(erasure=erasure, at=MORNING, report=lambda done, total: None)
    assert {name: erased[name] for name in erasure.to_erase} == erasure.to_erase
    assert list(printed_files(campaign)) == []
    assert Erasure.objects.get().erased_at == MORNING
