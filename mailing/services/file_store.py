"""Made files lie under DATA_DIR, named by the SHA-256 of their content; a name is never written twice with other bytes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

CHUNKS, ARTIFACTS = "chunks", "artifacts"
SHEAF = ".sheaf"


def stored(folder: str, sha256: str, suffix: str = ".pdf") -> Path:
    """Where the file with this hash lies."""
    return Path(settings.DATA_DIR) / folder / f"{sha256}{suffix}"


def store(folder: str, content: bytes, suffix: str = ".pdf") -> str:
    """Write the content under its hash, whole or not at all, and return the hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    write_whole(stored(folder, sha256, suffix), content)
    return sha256


def store_for_now(folder: str, content: bytes, suffix: str) -> str:
    """The same for a file that is checked against its hash before it is used and then made again if need be: nobody waits for the
    disk, and after a loss of power it may be gone or broken.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    _put(stored(folder, sha256, suffix), content, synced=False)
    return sha256


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in its place by one rename, after its bytes and before its name have reached the disk."""
    _put(path, content, synced=True)
    sync_folder(path.parent)


def _put(path: Path, content: bytes, *, synced: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as part:
        part.write(content)
        part.flush()
        if synced:
            os.fsync(part.fileno())
    Path(part.name).replace(path)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes as they are now."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
