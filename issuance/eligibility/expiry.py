"""有効期限: the policy's day of the issuing window, cut by age 75 and the end of 任意継続 (domain.md §2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from japan.ages import day_before_75th

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


@dataclass(frozen=True, slots=True)
class ExpiryWindow:
    """Cards issued from `start` to `end`, both included, expire on `expires_on`."""

    start: date
    end: date
    expires_on: date


class NoExpiryPolicy(LookupError):
    """No window covers the day of issue."""


def expiry_date(
    windows: Sequence[ExpiryWindow],
    *,
    issued_on: date,
    birth_date: date,
    insured_birth_date: date,
    voluntary_end: date | None,
) -> date:
    """The day a card expires: the earliest of the day of the first window that covers the day of issue, the
    day before the holder's 75th birthday, the day before the 本人's (with whose membership the dependants'
    ends), and the end of 任意継続.

    :raises NoExpiryPolicy: no window covers `issued_on`.
    """
    for window in windows:
        if window.start <= issued_on <= window.end:
            caps = [window.expires_on, day_before_75th(birth_date), day_before_75th(insured_birth_date)]
            return min([*caps, voluntary_end] if voluntary_end else caps)
    raise NoExpiryPolicy(issued_on.isoformat())
