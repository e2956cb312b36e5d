"""What waits at each step between selection and the printer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from employers.models import TargetList
from issuance.models import Certificate, InsuredPerson
from issuance.states import Outcome
from mailing.models import Envelope, PrintBatch
from mailing.states import BatchState, EnvelopeState, RenderState

if TYPE_CHECKING:
    from issuance.models import Campaign


@dataclass(frozen=True, slots=True)
class Production:
    """People without a certificate, envelopes without a batch, batches that wait for the workers."""

    people_to_enclose: int
    envelopes_without_batch: int
    stopped: int
    batches_to_render: int
    batches_rendering: int
    lists: int


def production(campaign: Campaign) -> Production:
    """The counts of a campaign as they stand now."""
    waiting = InsuredPerson.objects.filter(
        household__campaign=campaign, selection__outcome=Outcome.TARGET, later_lost_on__isnull=True
    ).exclude(pk__in=Certificate.objects.filter(campaign=campaign).values("person"))
    envelopes = Envelope.objects.filter(
        campaign=campaign, batch__isnull=True, state__in=[EnvelopeState.PLANNED, EnvelopeState.RELEASED]
    ).aggregate(waiting=Count("pk", filter=Q(stop_code="")), stopped=Count("pk", filter=~Q(stop_code="")))
    planned = Q(state=BatchState.PLANNED)
    rendering = Q(render_state=RenderState.RENDERING)
    batches = PrintBatch.objects.filter(campaign=campaign).aggregate(
        at_rest=Count("pk", filter=planned & ~rendering), under_way=Count("pk", filter=planned & rendering)
    )
    return Production(
        people_to_enclose=waiting.count(),
        envelopes_without_batch=envelopes["waiting"],
        stopped=envelopes["stopped"],
        batches_to_render=batches["at_rest"],
        batches_rendering=batches["under_way"],
        lists=TargetList.objects.filter(campaign_code=campaign.code).count(),
    )
