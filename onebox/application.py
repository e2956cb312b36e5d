"""Bringing the application's own state up to date: tables, catalogues, static files."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

from onebox.clone import Clone, fingerprint
from onebox.console import Trouble, say
from onebox.venv import last_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MIGRATIONS = ["*/migrations/*.py", "backoffice/roles.py", "demo/staff.py", "requirements/*.lock"]
CATALOGUES = ["locale/**/*.po", "locale/**/*.mo"]
STATIC = ["static/**/*.*", "requirements/*.lock"]


def manage(clone: Clone, environment: Mapping[str, str], *arguments: str) -> None:
    """Run one of Django's commands quietly.

    :raises Trouble: it failed; its whole output is in the log.
    """
    done = subprocess.run(
        [clone.python, clone.root / "manage.py", *arguments],
        env=environment, cwd=clone.root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        log = clone.logs / "manage.log"
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
        raise Trouble(f"manage.py {arguments[0]} failed (see {log}): {last_line(done.stderr)}")


def once(clone: Clone, name: str, patterns: list[str], key: str = "") -> tuple[Path, str, bool]:
    """The stamp of a piece of work, what it has to hold, and whether it holds it already."""
    stamp = clone.stamps / name
    wanted = hashlib.sha256((fingerprint(clone.root, patterns) + key).encode()).hexdigest()
    return stamp, wanted, stamp.exists() and stamp.read_text(encoding="utf-8") == wanted


def migrate(clone: Clone, environment: Mapping[str, str], *, private: bool) -> None:
    """Have every migration applied. A private cluster remembers by a stamp, and gets a member of staff for every
    role, so that its commands have somebody to act for; another cluster is always asked.
    """
    stamp, wanted, done = once(clone, "migrated", MIGRATIONS)
    if private and done:
        return
    say("bringing the database's tables up to date")
    manage(clone, environment, "migrate", "--noinput", "--verbosity", "0")
    if private:
        manage(clone, environment, "seed_demo", "--users-only")
        stamp.write_text(wanted, encoding="utf-8")


def forget_migrations(clone: Clone) -> None:
    """Look again next time: the tables are new, or about to be changed by hand."""
    (clone.stamps / "migrated").unlink(missing_ok=True)


def compile_catalogues(clone: Clone, environment: Mapping[str, str]) -> None:
    """Have the message catalogues compiled."""
    _, _, done = once(clone, "catalogues", CATALOGUES)
    if not done:
        manage(clone, environment, "compile_catalogues")
        stamp, wanted, _ = once(clone, "catalogues", CATALOGUES)
        stamp.write_text(wanted, encoding="utf-8")


def collect_static(clone: Clone, environment: Mapping[str, str]) -> None:
    """Have the static files collected, hashed and compressed."""
    stamp, _, done = once(
        clone, "static", STATIC, str((clone.local / "static" / "staticfiles.json").exists())
    )
    if not done:
        say("collecting the static files")
        manage(clone, environment, "collectstatic", "--noinput", "--clear", "--verbosity", "0")
        stamp.write_text(once(clone, "static", STATIC, "True")[1], encoding="utf-8")
