"""What a monthly cycle has done so far, and the one that was interrupted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from returns.models import RerouteCycle, ReturnEvent
from returns.states import ReturnEnd

if TYPE_CHECKING:
    from issuance.models import Campaign


@dataclass(frozen=True, slots=True)
class RerouteCounts:
    """What a cycle did: envelopes re-made, exceptions opened, employers that receive something."""

    rerouted: int
    exceptions: int
    employers: int


def unfinished_cycle(campaign: Campaign) -> RerouteCycle | None:
    """The cycle that is being worked on or was interrupted."""
    return RerouteCycle.objects.filter(campaign=campaign, ended_at=None).first()


def handled_in(cycle: RerouteCycle) -> int:
    """Of how many returns the cycle has said so far what becomes of them."""
    return ReturnEvent.objects.filter(cycle=cycle).count()


def done_in(cycle: RerouteCycle) -> RerouteCounts:
    """What the cycle has done, counted from its returns."""
    rerouted = Q(state=ReturnEnd.REROUTED)
    counted = ReturnEvent.objects.filter(cycle=cycle).aggregate(
        rerouted=Count("pk", filter=rerouted),
        exceptions=Count("pk", filter=~rerouted),
        employers=Count("envelope__household__employer", filter=rerouted, distinct=True),
    )
    return RerouteCounts(**counted)
