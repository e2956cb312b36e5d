"""Real Celery workers on the test database, started as a deployment starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READY_WITHIN = 40.0


def environment() -> dict[str, str]:
    """What a worker is told: the test database instead of the deployment's, the same Redis, the same files."""
    database = urlsplit(os.environ["DATABASE_URL"])
    name = f"/{connection.settings_dict['NAME']}"
    return os.environ | {
        "DATABASE_URL": urlunsplit(database._replace(path=name)),
        "TODOKE_DATA_DIR": str(settings.DATA_DIR),
    }


def start_worker(log: Path, *, concurrency: int = 1) -> subprocess.Popen[bytes]:
    """A worker for every queue, taking work when this returns; `log` keeps what it says."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--loglevel", "info"]
    command += ["--queues", "default,import,rendering", "--concurrency", str(concurrency)]
    command += ["--without-gossip", "--without-mingle", "--hostname", f"{log.stem}@%h"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment(), stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    until = time.monotonic() + READY_WITHIN
    while b" ready." not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the worker did not start:\n{log.read_text()}")
        time.sleep(0.1)
    return process


@contextmanager
def worker(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that is stopped, after its present task, at the end."""
    process = start_worker(log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
