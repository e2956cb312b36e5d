from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from mailing.models import PrintBatch, RenderChunk
from mailing.services import request_rendering
from mailing.services.chunks import claim_chunk, print_chunk
from mailing.services.file_store import ARTIFACTS, CHUNKS, SHEAF, stored
from mailing.tasks import remove_unnamed_files
from tests.factories.mailing import MORNING, a_campaign, a_household, pack_and_plan

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db


def aged(path: Path, *, hours: int) -> Path:
    then = (timezone.now() - timedelta(hours=hours)).timestamp()
    os.utime(path, (then, then))
    return path


def test_only_what_nothing_names_goes_and_not_before_a_day(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    campaign = a_campaign()
    a_household(campaign, "00")
    batch = pack_and_plan(campaign)
    request_rendering(batches=PrintBatch.objects.filter(pk=batch.pk), at=MORNING, by=None)
    claim = claim_chunk(chunk_id=RenderChunk.objects.get().pk, at=MORNING)
    assert claim is not None
    assert print_chunk(claim=claim)
    named = aged(stored(CHUNKS, RenderChunk.objects.get().sha256, SHEAF), hours=48)
    (tmp_path / ARTIFACTS).mkdir(exist_ok=True)
    names = {
        "forgotten": stored(CHUNKS, "0" * 64, SHEAF),
        "fresh": stored(CHUNKS, "1" * 64, SHEAF),
        "half": tmp_path / CHUNKS / ".x.part",
        "half a file": tmp_path / ARTIFACTS / ".y.part",
        "file": stored(ARTIFACTS, "2" * 64),
    }
    for name, path in names.items():
        path.write_bytes(b"x")
        aged(path, hours=1 if name == "fresh" else 25)
    remove_unnamed_files.run()
    assert {name for name, path in names.items() if path.exists()} == {"fresh", "file"}
    assert named.exists()
