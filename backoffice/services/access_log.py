"""The access log: who looked at or took out whose data (design §2, `AccessLog`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backoffice.models import AccessLog

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User


def log_access(
    *, user: User, action: AccessLog.Action, screen: str, subject: str = "", at: datetime, reason: str = ""
) -> None:
    """Write one line of the access log; `subject` is an opaque public id or piece number, never personal
    data.
    """
    AccessLog.objects.create(user=user, action=action, screen=screen, subject=subject, at=at, reason=reason)
