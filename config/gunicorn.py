"""How the web server runs: what gunicorn reads with `--config`. Addresses and numbers of processes stand on the command line."""

from __future__ import annotations

from threading import Thread
from typing import Any

from mailing.rendering.press import get_ready


def post_worker_init(_worker: Any) -> None:
    """Let a new process get the press ready beside its first answers, so that nobody waits for the first preview."""
    Thread(target=get_ready, name="press", daemon=True).start()
