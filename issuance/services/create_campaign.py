"""一括発行の登録."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from backoffice.models import User
from backoffice.refusal import Refused
from backoffice.roles import Permission
from issuance.models import Campaign, ExpiryPolicy

# One common day of expiry per issuing window of a year; the printed day is an open question (domain.md §2).
DEFAULT_WINDOWS = tuple(
    (date(year, 12, 2), date(year + 1, 12, 1), date(year + 5, 11, 30)) for year in range(2024, 2030)
)


@dataclass(frozen=True, slots=True)
class CreatedCampaign:
    """The campaign, and whether it is new (`False`: it stood there with the same values already)."""

    campaign: Campaign
    created: bool


@transaction.atomic
def create_campaign(*, code: str, at: datetime, by: User | None, **columns: Any) -> CreatedCampaign:
    """Register a campaign with the briefing's values, any of them replaced by `columns`, and its expiry windows.

    :raises Refused: `campaign_differs` if the code exists with other values, `campaign_invalid` naming the column.
    """
    if by is not None:
        by.require(Permission.MANAGE_CAMPAIGNS)
    standing = Campaign.objects.select_for_update().filter(code=code).first()
    if standing:
        different = sorted(name for name, value in columns.items() if getattr(standing, name) != value)
        if different:
            message = _("一括発行「%(code)s」は別の値で登録済みです（%(columns)s）。")
            raise Refused("campaign_differs", message % {"code": code, "columns": "、".join(different)})
        return CreatedCampaign(standing, created=False)
    ordinal = (Campaign.objects.aggregate(last=Max("ordinal"))["last"] or 0) + 1
    campaign = Campaign(code=code, ordinal=ordinal, created_at=at, **{"name": code, **columns})
    try:
        campaign.full_clean()
    except ValidationError as error:
        raise Refused("campaign_invalid", " ".join(_lines(error))) from None
    campaign.save()
    ExpiryPolicy.objects.bulk_create(
        ExpiryPolicy(campaign=campaign, window_start=start, window_end=end, expires_on=expires)
        for start, end, expires in DEFAULT_WINDOWS
    )
    return CreatedCampaign(campaign, created=True)


def _lines(error: ValidationError) -> list[str]:
    return [f"{column}: {' '.join(messages)}" for column, messages in error.message_dict.items()]
