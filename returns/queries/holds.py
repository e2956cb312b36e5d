"""What keeps returned envelopes out of the monthly cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from returns.models import RerouteHold

if TYPE_CHECKING:
    from returns.models import ReturnEvent


def standing_hold(event: ReturnEvent) -> RerouteHold | None:
    """The first hold not lifted yet that keeps a return, or its whole branch, out of the cycle."""
    envelope = event.envelope
    rows = RerouteHold.objects.filter(
        Q(event=event) | Q(campaign=envelope.campaign_id, branch=envelope.branch_id), lifted_at__isnull=True
    )
    return rows.order_by("pk").first()
