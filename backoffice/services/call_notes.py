"""応対記録: notes of telephone calls about a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backoffice.models import CallNote
from backoffice.roles import Permission

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from backoffice.models import User


def note_call(*, subject: UUID, caller: str, text: str, at: datetime, by: User) -> CallNote:
    """Keep what was said.

    :raises PermissionDenied: `by` may not take notes.
    """
    by.require(Permission.NOTE_CALLS)
    return CallNote.objects.create(subject=subject, caller=caller, text=text, at=at, by=by)
