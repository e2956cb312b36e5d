from __future__ import annotations

import os
from io import StringIO
from typing import TYPE_CHECKING

import polib
import pytest
from django.core.management import call_command

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings


@pytest.fixture
def catalogue(tmp_path: Path, settings: Settings) -> Path:
    settings.LOCALE_PATHS = [tmp_path]
    source = tmp_path / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    texts = polib.POFile()
    texts.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    texts.append(polib.POEntry(msgid="封筒", msgstr="Envelopes"))
    texts.save(str(source))
    return source


def compiled() -> str:
    out = StringIO()
    call_command("compile_catalogues", stdout=out)
    return out.getvalue().strip()


def test_catalogue_is_compiled_once(catalogue: Path) -> None:
    assert compiled() == "catalogues=1 compiled=1"
    assert [entry.msgstr for entry in polib.mofile(str(catalogue.with_suffix(".mo")))] == ["Envelopes"]
    assert compiled() == "catalogues=1 compiled=0"


def test_changed_catalogue_is_compiled_again(catalogue: Path) -> None:
    compiled()
    newer = catalogue.with_suffix(".mo").stat().st_mtime_ns + 1
    os.utime(catalogue, ns=(newer, newer))
    assert compiled() == "catalogues=1 compiled=1"
