"""What `dev.py` says, and how it fails."""

from __future__ import annotations

import sys


class Trouble(Exception):
    """Something `dev.py` cannot do; the message is the one line the person at the terminal needs."""


def say(text: str) -> None:
    """Report progress on standard error, so that standard output stays the command's own."""
    print(f"· {text}", file=sys.stderr, flush=True)
