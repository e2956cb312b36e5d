"""The Celery application with workers that do not read back what they have made, to see what reading back costs: `celery -A bench.unread`.

Only for `bench.end_to_end --without-read-back`; the application itself cannot be told to do that.
"""

from __future__ import annotations

from typing import Any

from celery.signals import worker_process_init

from config.celery import app

__all__ = ["app"]


def read_nothing(**_signal: Any) -> None:
    """Let every file pass."""
    from mailing.services import finishing

    setattr(finishing, "misprinted", lambda _content, _chunks: None)  # noqa: B010 -- it is not meant to be exchanged


worker_process_init.connect(read_nothing, weak=False)
