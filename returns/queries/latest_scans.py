"""直近の読み取り: what somebody has scanned last at the desk, returns and pieces that are none alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from returns.models import ReturnEvent, UnknownReturn
from returns.states import UnknownOutcome

if TYPE_CHECKING:
    from backoffice.models import User
    from issuance.models import Campaign

MOST_SHOWN = 8


def latest_scans(campaign: Campaign, user: User) -> list[ReturnEvent | UnknownReturn]:
    """The user's own last scans in the campaign, the newest first, without those that were taken back."""
    events = ReturnEvent.objects.filter(
        envelope__campaign=campaign, recorded_by=user, source__isnull=True, undone_at__isnull=True
    ).select_related("envelope")
    pieces = UnknownReturn.objects.filter(campaign=campaign, recorded_by=user, source__isnull=True).exclude(
        outcome=UnknownOutcome.MISTAKEN
    )
    newest: list[ReturnEvent | UnknownReturn] = [
        *events.order_by("-pk")[:MOST_SHOWN],
        *pieces.order_by("-pk")[:MOST_SHOWN],
    ]
    return sorted(newest, key=lambda scan: scan.recorded_at, reverse=True)[:MOST_SHOWN]
