"""What remains of a campaign as an answer once nobody's data is there any more: counts, and the proof that they were sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count

from issuance.models import Certificate
from issuance.queries import reason_counts
from mailing.models import Envelope
from returns.models import CollectedCard, DeliveryException, ReturnEvent
from returns.queries.integrity import check_integrity
from returns.queries.overview import count_overview

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from issuance.models import Campaign


def kept_counts(campaign: Campaign) -> dict[str, Any]:
    """`branches`: the home page's numbers by branch code; `reasons`: people per reason of the selection; `certificates`,
    `envelopes`, `returns`, `exceptions`, `collected`: [what, count] pairs; `integrity`: [number, name, breaches] of every invariant.
    """
    events = ReturnEvent.objects.filter(envelope__campaign=campaign, undone_at__isnull=True)
    exceptions = DeliveryException.objects.filter(event__envelope__campaign=campaign)
    certificates = Certificate.objects.filter(campaign=campaign)
    return {
        "branches": count_overview(campaign),
        "reasons": sorted(reason_counts(campaign).items()),
        "certificates": _counted(certificates, "state", "void_cause"),
        "envelopes": _counted(Envelope.objects.filter(campaign=campaign), "kind", "state"),
        "returns": _counted(events, "reason", "state"),
        "exceptions": _counted(exceptions, "code", "resolution"),
        "collected": _counted(CollectedCard.objects.filter(certificate__campaign=campaign), "reason"),
        "integrity": [
            [finding.number, finding.name, finding.breaches] for finding in check_integrity(campaign)
        ],
    }


def _counted(rows: QuerySet[Any], *columns: str) -> list[list[Any]]:
    """[first column, …, count] in the order of the columns."""
    return [list(row) for row in rows.order_by(*columns).values_list(*columns).annotate(Count("pk"))]
