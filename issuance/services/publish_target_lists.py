"""対象者一覧表の作成."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from backoffice.roles import Permission
from employers.services import publish_target_lists as publish
from issuance.models import Campaign
from issuance.queries import target_list_lines

if TYPE_CHECKING:
    from datetime import datetime

    from backoffice.models import User
    from employers.services import PublishedLists


@transaction.atomic
def publish_target_lists(*, campaign: Campaign, at: datetime, by: User | None) -> PublishedLists:
    """Publish 対象者一覧表 for every employer with targets, as of the reference date (R30).

    :raises PermissionDenied: `by` may not publish lists.
    """
    if by is not None:
        by.require(Permission.PUBLISH_LISTS)
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    return publish(
        campaign_code=campaign.code, as_of=campaign.reference_date, source=target_list_lines(campaign), at=at
    )
