"""What a worker has counted for the monthly cycle's page, and whether the facts have moved on since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from employers.models import EmployerImport
from issuance.models import LossImport
from returns.models import ReasonCorrection, RerouteHold, ReroutePreview, ReturnEvent

if TYPE_CHECKING:
    from datetime import date

    from issuance.models import Campaign


def kept_preview(campaign: Campaign, cutoff: date | None) -> ReroutePreview | None:
    """The last look at this cut-off, or at any if none is named."""
    rows = ReroutePreview.objects.filter(campaign=campaign).select_related("taken_by")
    if cutoff is not None:
        rows = rows.filter(cutoff=cutoff)
    return rows.order_by("-taken_at", "-pk").first()


def facts_moved_on(preview: ReroutePreview) -> bool:
    """Whether a return, a reason, a hold, a loss or an employer was entered after the look; the cycle judges by those."""
    since, campaign = preview.taken_at, preview.campaign_id
    return any(
        rows.exists()
        for rows in (
            ReturnEvent.objects.filter(
                Q(recorded_at__gt=since) | Q(undone_at__gt=since), envelope__campaign=campaign
            ),
            ReasonCorrection.objects.filter(corrected_at__gt=since, event__envelope__campaign=campaign),
            RerouteHold.objects.filter(Q(held_at__gt=since) | Q(lifted_at__gt=since), campaign=campaign),
            LossImport.objects.filter(imported_at__gt=since, campaign=campaign),
            EmployerImport.objects.filter(imported_at__gt=since),
        )
    )
