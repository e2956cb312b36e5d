"""Envelopes for 対象者一覧表 (R30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from employers.models import TargetList
from issuance.queries import target_list_lines
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

    What is not posted yet and no longer true is pulled: an older version, and the list of an employer who has closed or of whom
    nobody is a target any more. A second run makes nothing.
    """
    lock_campaign(campaign)
    made, _cards = sql.pack_target_lists(packing_values(campaign, at))
    lists = TargetList.objects.filter(campaign_code=campaign.code)
    newest = lists.order_by("employer", "-version").distinct("employer").values("pk")
    standing = Envelope.objects.filter(
        campaign=campaign, kind=EnvelopeKind.TARGET_LIST, state__in=NOT_YET_POSTED
    )
    pointless = standing.exclude(employer__in=target_list_lines(campaign).values("employer_id"))
    outdated = standing.exclude(target_list__in=newest).exclude(pk__in=pointless.values("pk"))
    for envelopes, reason in ((outdated, "newer_list"), (pointless, "no_list")):
        pull(sorted(envelopes.values_list("pk", flat=True)), at=at, by=by, reason=reason)
    return made
