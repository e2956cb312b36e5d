"""Envelopes for 対象者一覧表 (R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from employers.models import TargetList
from mailing.models import Envelope
from mailing.services.guards import lock_campaign
from mailing.services.packing import packing_values
from mailing.services.pulling import pull
from mailing.sql import packing as sql
from mailing.states import NOT_YET_POSTED, EnvelopeKind

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User
    from issuance.models import Campaign


@transaction.atomic
def pack_target_lists(*, campaign: Campaign, at: datetime, by: User | None) -> int:
    """Make one envelope for the newest published list of every employer that has none yet; return how many.

    An older version of the list that is not posted yet is pulled: an employer gets the newest list only. A second run
    makes nothing.
    """
    lock_campaign(campaign)
    made, _cards = sql.pack_target_lists(packing_values(campaign, at))
    lists = TargetList.objects.filter(campaign_code=campaign.code)
    newest = lists.order_by("employer", "-version").distinct("employer").values("pk")
    outdated = Envelope.objects.filter(
        campaign=campaign,
        kind=EnvelopeKind.TARGET_LIST,
        state__in=NOT_YET_POSTED,
    ).exclude(target_list__in=newest)
    pull(sorted(outdated.values_list("pk", flat=True)), at=at, by=by, reason="newer_list")
    return made
