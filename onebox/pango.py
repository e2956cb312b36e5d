"""Pango, which WeasyPrint loads: found, installed as root, or unpacked into `.local/sysroot` without root."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from onebox import debian
from onebox.console import Trouble, say

if TYPE_CHECKING:
    from pathlib import Path

    from onebox.clone import Clone

LIBRARIES = [
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
    "libpangoft2-1.0.so.0",
]
# Every process runs on the machine's own C library; a second one on the search path would break it.
NEVER_UNPACKED = {"libc6", "libgcc-s1", "libcrypt1", "libstdc++6"}


def ensure_pango(clone: Clone) -> dict[str, str]:
    """Make Pango loadable, and give the environment variables its users need.

    :raises Trouble: it is not there and cannot be brought in; the message says what to type.
    """
    if not missing_here():
        return {}
    names = debian.packages(clone, "print")
    if debian.can_install():
        debian.install(clone, names, purpose="Pango for the press")
        if not missing_here():
            return {}
    sysroot = clone.local / "sysroot"
    if not loadable(sysroot):
        unpack(clone, sysroot, names)
    return {"LD_LIBRARY_PATH": search_path(sysroot)}


def missing_here() -> list[str]:
    """The libraries that the machine's own search path does not have."""
    missing = []
    for name in LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


def library_folders(sysroot: Path) -> list[Path]:
    """The folders below an unpacked sysroot that hold shared libraries."""
    return sorted({path.parent for path in sysroot.glob("**/lib/**/*.so.*")})


def search_path(sysroot: Path) -> str:
    """`LD_LIBRARY_PATH` for the children: the sysroot, then whatever was there before."""
    before = os.environ.get("LD_LIBRARY_PATH", "")
    return ":".join([*map(str, library_folders(sysroot)), *([before] if before else [])])


def loadable(sysroot: Path) -> bool:
    """Whether a process with this sysroot on its search path can load all libraries."""
    if not sysroot.is_dir():
        return False
    code = f"import ctypes; [ctypes.CDLL(name) for name in {LIBRARIES!r}]"
    environment = {**os.environ, "LD_LIBRARY_PATH": search_path(sysroot)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
    return done.returncode == 0


def unpack(clone: Clone, sysroot: Path, names: list[str]) -> None:
    """Download the packages with what they need and unpack them below the clone, without root."""
    help_line = f"Pango is missing; install it with: {debian.by_hand(names)}"
    if not all(map(shutil.which, ("apt-get", "dpkg-deb"))):
        raise Trouble(help_line)
    say("unpacking Pango below .local/sysroot, because this account cannot install packages")
    state = clone.local / "apt"
    for folder in (state / "lists" / "partial", state / "cache" / "archives" / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    shutil.rmtree(sysroot, ignore_errors=True)
    try:
        apt(state, "update")
        wanted = closure(apt(state, "install", "-s", "--no-install-recommends", *names))
        apt(state, "download", *wanted)
        for package in sorted(state.glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", package, sysroot], check=True, capture_output=True)
            package.unlink()
    except subprocess.CalledProcessError as error:
        (clone.logs / "apt.log").write_bytes(error.stderr or b"")
        raise Trouble(help_line) from None
    if not loadable(sysroot):
        raise Trouble(help_line)


def apt(state: Path, *arguments: str) -> str:
    """Run apt-get on a private state, as if nothing were installed on this machine."""
    options = {
        "Dir::State::lists": state / "lists",
        "Dir::Cache": state / "cache",
        "Dir::State::status": state / "status",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "1",
    }
    flags = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    done = subprocess.run(["apt-get", *flags, *arguments], cwd=state, capture_output=True, check=True)
    return done.stdout.decode()


def closure(simulation: str) -> list[str]:
    """The library packages that `apt-get install -s` says it would install, without the C library's own."""
    named = [line.split()[1] for line in simulation.splitlines() if line.startswith("Inst ")]
    return [name for name in named if name.startswith("lib") and name not in NEVER_UNPACKED]
