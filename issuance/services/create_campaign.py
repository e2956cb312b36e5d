"""一括発行の登録."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.languages import listed
from backoffice.refusal import Refused
from backoffice.roles import Permission
from issuance.models import Campaign, ExpiryPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from backoffice.models import User

# One common day of expiry per issuing window of a year; the printed day is an open question (domain.md §2).
DEFAULT_WINDOWS = tuple(
    (date(year, 12, 2), date(year + 1, 12, 1), date(year + 5, 11, 30)) for year in range(2024, 2030)
)
_BROKEN_CONSTRAINTS = {
    "campaign_ordinal_fits_piece_number": gettext_lazy("一括発行は99回まで登録できます。"),
    "campaign_envelope_holds_1_to_4": gettext_lazy("封筒1通の枚数上限は1〜4枚です。"),
    "campaign_batch_holds_1_to_10000": gettext_lazy("1バッチの通数上限は1〜10,000通です。"),
    "campaign_decided_before_reference": gettext_lazy("決定期限は基準日以前の日にしてください。"),
    "campaign_reference_before_deadline": gettext_lazy("基準日は交付期限以前の日にしてください。"),
    "campaign_was_closed_by_somebody": gettext_lazy("登録と同時に終了することはできません。"),
}
_PERIODS = (
    ("personal_from", "personal_until", gettext_lazy("個人宛送付の開始が終了より後です。")),
    ("employer_from", "employer_until", gettext_lazy("事業所宛送付の開始が終了より後です。")),
)


@dataclass(frozen=True, slots=True)
class CreatedCampaign:
    """The campaign, and whether it is new (`False`: it stood there with the same values already)."""

    campaign: Campaign
    created: bool


@transaction.atomic
def create_campaign(*, code: str, at: datetime, by: User | None, **columns: Any) -> CreatedCampaign:
    """Register a campaign with the briefing's values, any of them replaced by `columns`, and its expiry
    windows.

    :raises Refused: `campaign_differs` if the code exists with other values; `campaign_invalid` naming what
        is wrong.
    :raises PermissionDenied: `by` may not manage campaigns.
    """
    if by is not None:
        by.require(Permission.MANAGE_CAMPAIGNS)
    standing = Campaign.objects.select_for_update().filter(code=code).first()
    if standing:
        _refuse_other_values(standing, columns)
        return CreatedCampaign(standing, created=False)
    ordinal = (Campaign.objects.aggregate(last=Max("ordinal"))["last"] or 0) + 1
    campaign = Campaign(code=code, ordinal=ordinal, created_at=at, **{"name": code, **columns})
    if problems := [*_broken_fields(campaign)] or [*_broken_rules(campaign)]:
        raise Refused("campaign_invalid", " ".join(problems))
    campaign.save()
    ExpiryPolicy.objects.bulk_create(
        ExpiryPolicy(campaign=campaign, window_start=start, window_end=end, expires_on=expires)
        for start, end, expires in DEFAULT_WINDOWS
    )
    return CreatedCampaign(campaign, created=True)


def _refuse_other_values(standing: Campaign, columns: dict[str, Any]) -> None:
    different = sorted(name for name, value in columns.items() if getattr(standing, name) != value)
    if different:
        message = _("一括発行「%(code)s」は別の値で登録済みです（%(columns)s）。")
        raise Refused("campaign_differs", message % {"code": standing.code, "columns": listed(different)})


def _broken_fields(campaign: Campaign) -> Iterator[str]:
    try:
        campaign.full_clean(validate_constraints=False)
    except ValidationError as error:
        for column, messages in error.message_dict.items():
            yield f"{column}: {' '.join(messages)}"


def _broken_rules(campaign: Campaign) -> Iterator[str]:
    for constraint in campaign._meta.constraints:
        try:
            constraint.validate(Campaign, campaign)
        except ValidationError:
            yield str(_BROKEN_CONSTRAINTS[constraint.name])
    for start, end, message in _PERIODS:
        if getattr(campaign, start) > getattr(campaign, end):
            yield str(message)
    if not any(start <= campaign.issued_on <= end for start, end, _expires in DEFAULT_WINDOWS):
        yield _("交付年月日に当たる有効期限の定めがありません。")
