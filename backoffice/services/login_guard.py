"""Guessing passwords is slowed down: after ten wrong ones an account has to wait for fifteen
minutes, after a hundred the address they came from."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.core.cache import cache

ATTEMPTS = 10
ATTEMPTS_FROM_ONE_ADDRESS = 100
PAUSE = timedelta(minutes=15)


def is_paused(username: str, attempts: int = ATTEMPTS) -> bool:
    """Whether this login name (or address) has to wait."""
    return int(cache.get(_key(username), 0)) >= attempts


def note_failure(username: str) -> None:
    """One more wrong password; the pause is counted from the first of the row."""
    cache.add(_key(username), 0, timeout=PAUSE.total_seconds())
    cache.incr(_key(username))


def note_success(username: str) -> None:
    """The right password ends the row."""
    cache.delete(_key(username))


def _key(username: str) -> str:
    # People type passwords into the name field by mistake; the cache gets a digest only.
    return "login-failures:" + hashlib.sha256(username.encode()).hexdigest()
