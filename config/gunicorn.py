"""How the web server runs: what gunicorn reads with `--config`. Addresses and numbers of processes stand on the command line."""

from __future__ import annotations

import gc
from threading import Thread
from typing import Any

from django.urls import get_resolver

from mailing.rendering.press import get_ready


def post_worker_init(_worker: Any) -> None:
    """Let a new process make itself ready beside its first answers, so that nobody waits for the first preview."""
    Thread(target=_make_ready, name="ready", daemon=True).start()


def _make_ready() -> None:
    get_resolver().reverse_dict  # noqa: B018 - every view is loaded
    get_ready()
    leave_loaded_alone()


def leave_loaded_alone() -> None:
    """Let the collector of cycles pass over what has been loaded until now: to look through it again takes a tenth of a second, and
    one page in a hundred would wait for that.
    """
    gc.collect()
    gc.freeze()
