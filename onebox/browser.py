"""The browser of the browser tests: found, installed where allowed, or its tests named and left out."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from onebox import debian
from onebox.console import Trouble, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onebox.clone import Clone

PROGRAMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def find_chromium() -> str:
    """The path in `CHROMIUM`, or a browser on PATH; empty where there is none."""
    given = os.environ.get("CHROMIUM", "")
    return given or next((found for name in PROGRAMS if (found := shutil.which(name))), "")


def ensure_chromium(clone: Clone) -> str:
    """The path of a browser, installed as root where none is there; empty where it cannot be."""
    found = find_chromium()
    if not found and debian.can_install():
        try:
            debian.install(
                clone, debian.packages(clone, "browser"), purpose="a browser for the browser tests"
            )
        except Trouble as trouble:
            say(str(trouble))
        found = find_chromium()
    return found


def name_left_out(clone: Clone, environment: Mapping[str, str]) -> None:
    """Say which tests are left out, and what would let them run."""
    pytest = [str(clone.python), "-m", "pytest", "-p", "no:randomly"]
    collect = [*pytest, "--collect-only", "-qq", "--no-header", "-m", "browser"]
    done = subprocess.run(
        collect, env=environment, cwd=clone.root, capture_output=True, text=True, check=False
    )
    names = [line for line in done.stdout.splitlines() if line.startswith("tests/")]
    say(f"no Chromium here; left out: {', '.join(names) or 'the tests marked browser'}")
    say(f"to run them: {debian.by_hand(debian.packages(clone, 'browser'))}, or set CHROMIUM to a browser")
