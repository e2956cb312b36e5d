"""Numbers for pages: counted at once while that is quick, kept and taken anew by a worker once it is not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from backoffice.models import KeptNumbers

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

QUICK_SECONDS = 0.3


def read_numbers(*, key: str, count: Callable[[], Any], at: datetime) -> tuple[Any, datetime]:
    """The numbers and the moment they are of; only the first reader of slow ones waits for them."""
    kept = KeptNumbers.objects.filter(key=key).first()
    return (kept.values, kept.taken_at) if kept else (take_numbers(key=key, count=count, at=at), at)


def take_numbers(*, key: str, count: Callable[[], Any], at: datetime) -> Any:
    """Count, and keep what was slow to count; what has become quick is not kept any more."""
    begun = time.monotonic()
    values = count()
    took = time.monotonic() - begun
    if took > QUICK_SECONDS:
        row = {"taken_at": at, "took_seconds": took, "values": values}
        KeptNumbers.objects.update_or_create(key=key, defaults=row)
    else:
        KeptNumbers.objects.filter(key=key).delete()
    return values


def is_kept(key: str) -> bool:
    """Whether these numbers are slow, so that a worker has to take them."""
    return KeptNumbers.objects.filter(key=key).exists()
