"""What a worker has counted for the monthly cycle's page, and whether the facts have moved on since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from employers.models import EmployerImport
from issuance.models import LossImport
from mailing.models import EnclosedCard
from mailing.states import EnvelopeState
from returns.models import CollectedCard, ReasonCorrection, RerouteHold, ReroutePreview, ReturnEvent

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
    """Whether anything was entered after the look that a cycle judges by: returns, or what their judgement depends on."""
    since = preview.taken_at
    entered = Q(recorded_at__gt=since) | Q(undone_at__gt=since)
    return (
        judgement_moved_on(preview)
        or ReturnEvent.objects.filter(entered, envelope__campaign=preview.campaign_id).exists()
    )


def judgement_moved_on(preview: ReroutePreview) -> bool:
    """Whether a reason, a hold, a loss, a card collected out of a returned envelope or an employer was entered after the look: as many returns may wait as it
    counted, and yet others of them go to the employers.
    """
    since, campaign = preview.taken_at, preview.campaign_id
    cards = CollectedCard.objects.filter(recorded_at__gt=since, certificate__campaign=campaign)
    collected = cards.values("certificate")
    return any(
        rows.exists()
        for rows in (
            ReasonCorrection.objects.filter(corrected_at__gt=since, event__envelope__campaign=campaign),
            RerouteHold.objects.filter(Q(held_at__gt=since) | Q(lifted_at__gt=since), campaign=campaign),
            LossImport.objects.filter(imported_at__gt=since, campaign=campaign),
            EnclosedCard.objects.filter(certificate__in=collected, envelope__state=EnvelopeState.RETURNED),
            EmployerImport.objects.filter(imported_at__gt=since),
        )
    )
