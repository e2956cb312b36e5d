"""The command line of `dev.py`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from onebox.cli import main, parse

ROOT = Path(__file__).resolve().parents[2]


def test_demo_takes_a_port() -> None:
    assert (parse(["demo"]).port, parse(["demo", "--port", "8123"]).port) == (None, 8123)


@pytest.mark.parametrize("command", ["test", "manage"])
def test_everything_after_test_and_manage_is_left_as_it_is(command: str) -> None:
    rest = ["tests/japan", "-k", "wareki", "--help", "--", "-x"]
    assert parse([command, *rest]).rest == rest


@pytest.mark.parametrize("arguments", [[], ["fly"], ["demo", "--port", "many"], ["stop", "now"]])
def test_unknown_command_lines_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == 2
    assert re.match(r"dev\.py( demo)?: error: ", capsys.readouterr().err.splitlines()[-1])


def test_help_needs_no_set_up() -> None:
    command = [sys.executable, str(ROOT / "dev.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_onebox_imports_nothing_but_the_standard_library() -> None:
    code = """
import sys
import onebox.cli, onebox.lifeline
ours = {name for name in sys.modules if name.split(".")[0] == "onebox"}
print(sorted({name.split(".")[0] for name in sys.modules} - sys.stdlib_module_names - {"onebox", "__main__"}))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
