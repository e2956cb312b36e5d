from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from onebox import advisories

CLEAN: dict[str, Any] = {"name": "django", "version": "5.2", "vulns": []}
NAMED: dict[str, Any] = {"name": "oldlib", "version": "1.0", "vulns": [{"id": "CVE-1"}, {"id": "CVE-2"}]}
SKIPPED: dict[str, Any] = {"name": "ours", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (None, 0, "advisories: nobody answered; nothing was looked up"),
        ({"dependencies": [CLEAN, SKIPPED]}, 0, "advisories: 1 of 2 packages looked up, 0 named"),
        (
            {"dependencies": [CLEAN, NAMED]},
            1,
            "advisories: 2 of 2 packages looked up, 1 named\noldlib 1.0: CVE-1, CVE-2",
        ),
    ],
)
def test_only_a_named_package_fails(answer: dict[str, Any] | None, code: int, said: str) -> None:
    assert advisories.judged(answer) == (code, said)


def test_the_program_that_asks_is_the_locked_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_values: object) -> None:
        commands.append(command)
        Path(command[-1]).write_text('{"dependencies": []}', encoding="utf-8")

    monkeypatch.setattr(subprocess, "run", run)
    assert advisories.main() == 0
    assert "0 of 0 packages" in capsys.readouterr().out
    assert commands[0][1:5] == ["-m", "pip_audit", "--requirement", "requirements/base.lock"]


def test_an_answer_that_never_comes_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_values: object) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(subprocess, "run", run)
    assert advisories.asked(advisories.LOCK) is None
