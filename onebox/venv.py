"""The virtual environment: made once, filled from the hash-locked list, left alone while that is the same."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from onebox import debian
from onebox.console import Trouble, say

if TYPE_CHECKING:
    from onebox.clone import Clone

LOCK = Path("requirements/dev.lock")


def stamp_for(lock: bytes, version: str) -> str:
    """What `.venv/.stamp` holds once this lock is installed for this Python."""
    return f"{hashlib.sha256(lock).hexdigest()} python{version}\n"


def ensure_venv(clone: Clone) -> None:
    """Make `.venv` hold exactly what the lock names.

    :raises Trouble: no venv module and no right to install it, or pip could not install.
    """
    lock = clone.root / LOCK
    wanted = stamp_for(lock.read_bytes(), ".".join(map(str, sys.version_info[:2])))
    stamp = clone.venv / ".stamp"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted and clone.python.exists():
        return
    stamp.unlink(missing_ok=True)
    if not usable(clone):
        create(clone)
    say("installing the locked Python packages into .venv")
    install(clone, lock)
    stamp.write_text(wanted, encoding="utf-8")


def usable(clone: Clone) -> bool:
    """Whether an existing `.venv` runs, has pip and belongs to the Python that runs this."""
    if not clone.python.exists():
        return False
    question = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([clone.python, "-c", question], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == ".".join(map(str, sys.version_info[:2]))


def create(clone: Clone) -> None:
    """Make a fresh `.venv`; a half-made one is removed first."""
    say(f"making .venv with Python {sys.version.split()[0]}")
    shutil.rmtree(clone.venv, ignore_errors=True)
    if importlib.util.find_spec("ensurepip") is None:
        names = debian.packages(clone, "setup")
        if not debian.can_install():
            raise Trouble(f"this Python has no venv module; install it with: {debian.by_hand(names)}")
        debian.install(clone, names, purpose="Python's venv module")
    done = subprocess.run(
        [sys.executable, "-m", "venv", clone.venv], capture_output=True, text=True, check=False, env=clean()
    )
    if done.returncode:
        shutil.rmtree(clone.venv, ignore_errors=True)
        raise Trouble(f"could not make the virtual environment: {last_line(done.stdout + done.stderr)}")


def install(clone: Clone, lock: Path) -> None:
    """Install the lock with pip, which honours the machine's own pip.conf (mirror, certificates).

    The lock names everything, so pip resolves nothing: asked for `coverage[toml]` it would look for a newer one than the lock's, and
    refuse to install it, on the day there is one.
    """
    pip = [str(clone.python), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command = [*pip, "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean())
    log = clone.logs / "pip.log"
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        raise Trouble(f"pip could not install {LOCK} (see {log}): {last_line(done.stderr)}")


def clean() -> dict[str, str]:
    """The environment without what would lead pip or venv to another Python's packages."""
    return {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONHOME"}}


def last_line(text: str) -> str:
    """The line of a program's output that says what went wrong."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return (errors or lines or ["no message"])[-1]
