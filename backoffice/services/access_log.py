"""The access log: who looked at or took out whose data (design §2, `AccessLog`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from backoffice.models import AccessLog, User

# One statement however many people are on a page: while it is written, somebody waits for that page.
_LINES = """
INSERT INTO backoffice_accesslog (at, user_id, action, screen, reason, subject)
SELECT %s, %s, %s, %s, %s, unnest(%s::text[])
"""


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
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [at, user.pk, action.value, screen, reason, subjects])
