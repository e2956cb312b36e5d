"""Putting certificates into envelopes (domain.md §6.3, R10–R13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from backoffice.file_intake.heavy_load import LEAST_ROWS, bulk_settings
from backoffice.models import WorkRun
from backoffice.services.work_runs import note_work
from issuance.models import Selection
from issuance.queries import estimated_rows
from issuance.services import issue_certificates
from mailing.services.guards import lock_campaign
from mailing.sql import packing as sql

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User
    from issuance.models import Campaign


@dataclass(frozen=True)
class PackCounts:
    """How many envelopes were made and how many certificates lie in them."""

    envelopes: int
    certificates: int


@transaction.atomic
def pack_envelopes(*, campaign: Campaign, at: datetime, by: User | None) -> PackCounts:
    """Issue what is due and put every live certificate that lies in no envelope into one.

    The targets of a household go in the order of 枝番 into chunks of the campaign's limit, `seq` of `of`, addressed to the
    insured person (R10–R13); held people never (domain.md §3.7). A second run makes nothing.
    """
    lock_campaign(campaign)
    bulk_settings(whole_files=estimated_rows(Selection) >= LEAST_ROWS)
    issue_certificates(campaign=campaign, at=at)
    values = packing_values(campaign, at)
    first = sql.pack_first_mailing(values)
    again = sql.pack_replacements(values)
    note_work(step=WorkRun.Step.PACKED, subject=campaign.public_id, at=at, by=by)
    return PackCounts(envelopes=first[0] + again[0], certificates=first[1] + again[1])


def packing_values(campaign: Campaign, at: datetime, *, last_ordinal: int | None = None) -> dict[str, Any]:
    """What every packing statement is told about the campaign; envelopes are numbered on from the last, or from `last_ordinal`."""
    return {
        "campaign": campaign.pk,
        "campaign_ordinal": campaign.ordinal,
        "campaign_code": campaign.code,
        "limit": campaign.cards_per_envelope,
        "at": at,
        "last_ordinal": last_ordinal,
    }
