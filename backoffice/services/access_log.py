"""The access log: who looked at or took out whose data (design §2, `AccessLog`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backoffice.models import AccessLog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from backoffice.models import User


def log_access(
    *,
    user: User,
    action: AccessLog.Action,
    screen: str,
    subject: str = "",
    people: Iterable[object] = (),
    at: datetime,
    reason: str = "",
) -> None:
    """Write one line of the access log, and one for each of the `people` shown (their public ids).

    `subject` is an opaque public id or piece number, never personal data.
    """
    subjects = [subject, *(str(person) for person in people)]
    AccessLog.objects.bulk_create(
        AccessLog(user=user, action=action, screen=screen, subject=each, at=at, reason=reason)
        for each in subjects
    )
