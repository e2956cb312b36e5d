from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from mailing.rendering import compiling
from mailing.rendering.compiling import Compiler
from mailing.rendering.keeping import Keeper
from mailing.rendering.sheets import sheets_of
from tests.factories.documents import a_card, personal

if TYPE_CHECKING:
    from pathlib import Path

BLOCKS = [
    (block.form, bytes(map(bool, block.texts)))
    for sheet in sheets_of(personal(a_card(), a_card(1)))
    for block in sheet.blocks()
]


@pytest.fixture
def no_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(html: str) -> Any:
        raise AssertionError("laid out again")

    monkeypatch.setattr(compiling, "laid_out", refuse)


def a_compiler(folder: Path) -> Compiler:
    compiler = Compiler(folder)
    compiler.compile(BLOCKS)
    return compiler


def test_what_one_process_compiled_another_takes_over(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    first = a_compiler(tmp_path)
    request.getfixturevalue("no_layout")
    assert a_compiler(tmp_path).known == first.known
    assert len(list(tmp_path.rglob("*.json"))) == len(BLOCKS)


def test_every_process_of_the_application_keeps_its_blocks_beside_its_files(tmp_path: Path) -> None:
    done = (
        "import django; django.setup()\nfrom tests.mailing.rendering.test_keeping import BLOCKS, compiling\n"
    )
    subprocess.run(
        [sys.executable, "-c", f"{done}compiling.compiler().compile(BLOCKS)"],
        env=os.environ | {"TODOKE_DATA_DIR": str(tmp_path)},
        cwd=settings.BASE_DIR,
        check=True,
    )
    assert len(list((tmp_path / "press").rglob("*.json"))) == len(BLOCKS)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"art": null, "lines": [["x"]], "codes": {}}'])
def test_a_file_that_cannot_be_read_is_compiled_again(tmp_path: Path, content: str) -> None:
    first = a_compiler(tmp_path)
    for path in tmp_path.rglob("*.json"):
        path.write_text(content, encoding="utf-8")
    assert a_compiler(tmp_path).known == first.known


def test_art_that_was_altered_is_not_taken(tmp_path: Path) -> None:
    first = a_compiler(tmp_path)
    for path in tmp_path.rglob("*.json"):
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["art"]:
            said["art"][1] = "AAAA"
        path.write_text(json.dumps(said), encoding="utf-8")
    assert a_compiler(tmp_path).known == first.known


def test_without_a_folder_or_with_one_that_cannot_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (None, tmp_path / "file"):
        keeper = Keeper(folder)
        keeper.keep("key", (None, [], {}))
        assert keeper.find("key") is None
