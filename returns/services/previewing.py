"""What a monthly cycle would do, and what has changed about its envelopes, counted by a worker and kept for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from backoffice.file_intake.heavy_load import bulk_settings
from backoffice.roles import Permission
from returns.models import ReroutePreview
from returns.sql import previewing as sql

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from backoffice.models import User
    from issuance.models import Campaign

_STEPS = (sql.store_lines, sql.store_employers, sql.store_changes)


@transaction.atomic
def preview_reroute(
    *,
    campaign: Campaign,
    cutoff: date,
    at: datetime,
    by: User | None,
    report: Callable[[int, int], None] | None = None,
) -> ReroutePreview:
    """Count what a cycle with this cut-off would do now, and keep it instead of what was kept for the cut-off before. Nothing
    but that is changed.

    :raises PermissionDenied: `by` may not re-route.
    """
    if by is not None:
        by.require(Permission.REROUTE)
    tell = report or (lambda _done, _total: None)
    tell(0, len(_STEPS) + 1)
    bulk_settings()
    sql.stage_preview(campaign_id=campaign.pk, cutoff=cutoff)
    ReroutePreview.objects.filter(campaign=campaign, cutoff=cutoff).delete()
    preview = ReroutePreview.objects.create(campaign=campaign, cutoff=cutoff, taken_at=at, taken_by=by)
    for done, step in enumerate(_STEPS, 1):
        tell(done, len(_STEPS) + 1)
        step(preview.pk)
    return preview
