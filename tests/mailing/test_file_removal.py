from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from mailing.models import RenderChunk
from mailing.services import batch_file_path
from mailing.services.file_store import ARTIFACTS, CHUNKS, SHEAF, stored
from mailing.tasks import remove_unnamed_files
from tests.factories.mailing import a_campaign, a_household, pack_and_plan, render

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
    batch = render(pack_and_plan(campaign))
    named = [
        aged(path, hours=48)
        for path in (batch_file_path(batch), stored(CHUNKS, RenderChunk.objects.get().sha256, SHEAF))
    ]
    names = {
        "forgotten": stored(CHUNKS, "0" * 64, SHEAF),
        "fresh": stored(CHUNKS, "1" * 64, SHEAF),
        "half": tmp_path / CHUNKS / ".x.part",
        "half a file": tmp_path / ARTIFACTS / ".y.part",
        "joined for nothing": stored(ARTIFACTS, "2" * 64),
        "something else": tmp_path / ARTIFACTS / "readme.txt",
    }
    for name, path in names.items():
        path.write_bytes(b"x")
        aged(path, hours=1 if name == "fresh" else 25)
    remove_unnamed_files.run()
    assert {name for name, path in names.items() if path.exists()} == {"fresh", "something else"}
    assert all(path.exists() for path in named)
