"""The process that runs the monthly cycle is killed for good: of a small one nothing stays, of a large one whole branches do, and the
next run does the rest once."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from employers.apps import ensure_branches
from issuance.models import Certificate
from mailing.models import Envelope, PrintBatch
from returns.models import DeliveryException, RerouteCycle, ReturnEvent
from returns.queries import RerouteCounts, check_integrity
from returns.services import reroute
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer
from tests.factories.returns import CUTOFF, come_back, post_all
from tests.workers import environment

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from issuance.models import Campaign

# One process dies with the new envelopes made and cut into batches, the next with everything done but saying so.
DYING = """
import os, signal
import django
django.setup()
from datetime import date
from django.utils import timezone
from issuance.models import Campaign
from returns.services import reroute_cycles, reroute_parts, rerouting

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

for module, step in ((reroute_parts, "mark_exception"), (rerouting, "end_cycle")):
    if os.fork() == 0:
        setattr(module, step, die)
        rerouting.reroute(
            campaign=Campaign.objects.get(), cutoff=date(2025, 9, 30), max_envelopes=None, at=timezone.now(), by=None
        )
    print(os.WTERMSIG(os.wait()[1]))
"""


def dies(script: str) -> subprocess.CompletedProcess[str]:
    """A process of its own that does what the script says."""
    return subprocess.run(
        [sys.executable, "-c", script],
        env=environment() | {"DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]},
        check=False,
        capture_output=True,
        text=True,
    )


def returned_pile() -> Campaign:
    """Three envelopes that came back: two go to an employer, one to a person."""
    ensure_branches("default")
    campaign, employer = a_campaign(), an_employer()
    for _ in range(2):
        a_household(campaign, "00", "01", employer=employer)
    a_household(campaign, "00")
    for envelope in post_all(campaign):
        come_back(envelope)
    return campaign


def tables() -> list[object]:
    """Everything a cycle changes."""
    return [
        *ReturnEvent.objects.order_by("pk").values_list("pk", "state", "cycle"),
        *Envelope.objects.order_by("pk").values_list("pk", "state", "batch"),
        *Certificate.objects.order_by("pk").values_list("pk", "state", "void_cause"),
        *(model._default_manager.count() for model in (RerouteCycle, DeliveryException, PrintBatch)),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_killed_cycle_leaves_nothing_and_the_next_run_does_it_once(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    campaign = returned_pile()
    before = tables()
    signals = dies(DYING).stdout.split()
    assert (signals, tables()) == (["9", "9"], before)
    counts = [
        reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None) for _ in range(2)
    ]
    assert counts == [RerouteCounts(2, 1, 1), RerouteCounts(0, 0, 0)]
    assert RerouteCycle.objects.get().number == 1
    # What no file brought in is no accepted row: the one rule that a pile without a roster breaks.
    assert {found.number for found in check_integrity(campaign) if found.breaches} <= {1}


# Parts are as small as a branch; the process dies when the fourth of them has done all but its exceptions.
DYING_IN_PARTS = """
import itertools, os, signal
import django
django.setup()
from datetime import date
from django.utils import timezone
from issuance.models import Campaign
from returns.services import reroute_parts, rerouting

begun, right = itertools.count(1), reroute_parts.mark_exception
reroute_parts.LEAST_OF_PART = 1

def dying(**values):
    if next(begun) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return right(**values)

reroute_parts.mark_exception = dying
rerouting.reroute(
    campaign=Campaign.objects.get(), cutoff=date(2025, 9, 30), max_envelopes=None, at=timezone.now(), by=None
)
"""


@pytest.mark.django_db(transaction=True)
def test_a_large_cycle_that_is_killed_keeps_whole_branches_and_the_next_run_does_the_rest(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    ensure_branches("default")
    campaign = a_campaign()
    for branch in ("01", "13", "14", "27", "40", "47"):
        a_household(campaign, "00", "01", employer=an_employer(branch), branch=branch)
        a_household(campaign, "00", branch=branch)
    for envelope in post_all(campaign):
        come_back(envelope)
    killed = dies(DYING_IN_PARTS)
    cycle = RerouteCycle.objects.get()
    handled = ReturnEvent.objects.filter(cycle=cycle)
    assert (killed.returncode, cycle.ended_at, handled.count() in {4, 6}) == (-9, None, True)
    done = set(handled.values_list("envelope__branch", flat=True))
    waiting = ReturnEvent.objects.filter(cycle=None, envelope__branch__in=done)
    assert (waiting.count(), Envelope.objects.filter(kind="employer").count()) == (0, len(done))
    assert {found.number for found in check_integrity(campaign) if found.breaches} <= {1}
    counts = reroute(
        campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=timezone.now(), by=None, expected=12
    )
    assert counts == RerouteCounts(6 - len(done), 6 - len(done), 6 - len(done))
    ended = RerouteCycle.objects.order_by("number").values_list(
        "number", "rerouted", "exceptions", "employers"
    )
    assert list(ended) == [(1, *[len(done)] * 3), (2, *[6 - len(done)] * 3)]
    assert RerouteCycle.objects.filter(ended_at=None).count() == 0
    assert {found.number for found in check_integrity(campaign) if found.breaches} <= {1}
