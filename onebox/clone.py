"""Where things are in this clone of the repository."""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onebox.console import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Clone:
    """One checkout; everything `dev.py` makes lies below its `.venv` and `.local`."""

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def local(self) -> Path:
        return self.root / ".local"

    @property
    def run(self) -> Path:
        """The records of running processes."""
        return self.local / "run"

    @property
    def logs(self) -> Path:
        return self.local / "log"

    @property
    def stamps(self) -> Path:
        """Marks of work that need not be done again."""
        return self.local / "stamps"

    @property
    def mark(self) -> str:
        """A short name for this clone that tells it from others on the same machine."""
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:10]

    def program(self, name: str) -> str:
        """The path of a command installed into the virtual environment."""
        return str(self.venv / "bin" / name)

    def make_folders(self) -> None:
        """Make `.local`, which git never sees."""
        try:
            for folder in (self.local, self.run, self.logs, self.stamps):
                folder.mkdir(exist_ok=True)
            ignore = self.local / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise Trouble(f"cannot write below {self.root}: {error.strerror}.") from None

    @contextmanager
    def locked(self, name: str, *, busy: str = "") -> Iterator[None]:
        """Hold a lock of this clone; wait for it, or raise `busy` (where given) if someone else holds it."""
        with (self.run / f"{name}.lock").open("w", encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
            except BlockingIOError:
                raise Trouble(busy) from None
            yield


def fingerprint(root: Path, patterns: list[str]) -> str:
    """A digest of path, size and time of every matching file below `root`; it changes when one does."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in root.glob(pattern)}):
        state = path.stat()
        digest.update(f"{path.relative_to(root)}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
