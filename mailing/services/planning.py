"""Cutting waiting envelopes into print batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.file_intake.heavy_load import bulk_settings
from backoffice.refusal import Refused
from mailing.services.guards import lock_campaign
from mailing.sql import planning as sql

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User
    from issuance.models import Campaign

MOST_ENVELOPES = 10_000


@transaction.atomic
def plan_batches(*, campaign: Campaign, max_envelopes: int | None, at: datetime, by: User | None) -> int:
    """Cut every envelope that waits for a batch into batches of one branch and one kind, in postal-code order.

    Waiting are packed envelopes and those that must be made again; stopped ones wait for a person. Return how many batches
    were made; a second run makes none.

    :raises Refused: `max_envelopes` is not within 1 … 10,000.
    """
    per_batch = most_per_batch(campaign, max_envelopes)
    lock_campaign(campaign)
    bulk_settings()
    return sql.plan_batches(
        {
            "campaign": campaign.pk,
            "campaign_code": campaign.code,
            "per_batch": per_batch,
            "branches": None,
            "at": at,
        }
    )


def most_per_batch(campaign: Campaign, max_envelopes: int | None) -> int:
    """How many envelopes go into a batch at most: so many as somebody wants, or as the campaign says.

    :raises Refused: `max_envelopes` is not within 1 … 10,000.
    """
    limit = campaign.envelopes_per_batch if max_envelopes is None else max_envelopes
    if not 1 <= limit <= MOST_ENVELOPES:
        raise Refused(
            "max_envelopes",
            _("1バッチの通数は 1 から %(most)d の間で指定してください。") % {"most": MOST_ENVELOPES},
        )
    return limit
