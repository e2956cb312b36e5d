"""Who had rows made in bulk: one line for all of them, found again by the moment they carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backoffice.models import WorkRun
from backoffice.staff import staff_name

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from backoffice.models import User


def note_work(*, step: WorkRun.Step, subject: UUID, at: datetime, by: User | None) -> None:
    """Keep who did it; what nobody asked for by name (a command without `--by`) is not noted."""
    if by is not None:
        WorkRun.objects.create(step=step, subject=subject, at=at, by=by)


def workers_of(subject: UUID) -> dict[tuple[str, datetime], str]:
    """The names of who did each step on the subject, by the moment of it."""
    rows = WorkRun.objects.filter(subject=subject).select_related("by").order_by("pk")
    return {(row.step, row.at): staff_name(row.by) for row in rows}
