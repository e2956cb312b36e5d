"""The one list of Debian packages, and installing from it as root."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from onebox.console import Trouble, say

if TYPE_CHECKING:
    from onebox.clone import Clone

APT_LISTS = Path("/var/lib/apt/lists")


def packages(clone: Clone, group: str) -> list[str]:
    """The packages of one group of `packaging/debian-packages.txt`, in its order."""
    text = (clone.root / "packaging" / "debian-packages.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [name for row_group, name in rows if row_group == group]


def can_install() -> bool:
    """Whether this process may run `apt-get install`."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def by_hand(names: list[str]) -> str:
    """The line a person can type instead."""
    return f"sudo apt-get install -y --no-install-recommends {' '.join(names)}"


def install(clone: Clone, names: list[str], *, purpose: str) -> None:
    """Install packages with apt-get; needs root.

    :raises Trouble: apt-get could not; the message says what to type.
    """
    say(f"installing {' '.join(names)} ({purpose})")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log = clone.logs / "apt.log"
    command = ["apt-get", "install", "-y", "--no-install-recommends", *names]
    with log.open("ab") as output:
        if not any(APT_LISTS.glob("*_Packages*")):
            subprocess.run(["apt-get", "update"], env=environment, stdout=output, stderr=output, check=False)
        done = subprocess.run(command, env=environment, stdout=output, stderr=output, check=False)
        if done.returncode:  # the lists may be older than the mirror's packages
            subprocess.run(["apt-get", "update"], env=environment, stdout=output, stderr=output, check=False)
            done = subprocess.run(command, env=environment, stdout=output, stderr=output, check=False)
    if done.returncode:
        raise Trouble(f"apt-get could not install {purpose} (see {log}); by hand: {by_hand(names)}")
