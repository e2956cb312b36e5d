"""Finding the campaign somebody means."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from issuance.models import Campaign, Household


def campaign_by_code(code: str) -> Campaign:
    """The campaign of that code.

    :raises Refused: `unknown_campaign`.
    """
    campaign = Campaign.objects.filter(code=code).first()
    if campaign is None:
        raise Refused("unknown_campaign", _("一括発行「%(code)s」は登録されていません。") % {"code": code})
    return campaign


def open_campaign_by_code(code: str) -> Campaign:
    """The campaign of that code, for work that changes something in it.

    :raises Refused: `unknown_campaign`; `campaign_closed`.
    """
    campaign = campaign_by_code(code)
    if campaign.closed_at is not None:
        raise Refused(
            "campaign_closed",
            _("一括発行「%(code)s」は終了しています。何も変わっていません。") % {"code": code},
        )
    return campaign


def newest_open_campaign() -> Campaign | None:
    """The campaign people work on: the newest that is not closed."""
    return Campaign.objects.filter(closed_at__isnull=True).order_by("-ordinal").first()


def current_campaign() -> Campaign:
    """The newest open campaign, for a page that shows nothing without one.

    :raises Http404: there is none yet.
    """
    campaign = newest_open_campaign()
    if campaign is None:
        raise Http404(_("一括発行が登録されていません。"))
    return campaign


def campaign_before(campaign: Campaign) -> Campaign | None:
    """The newest campaign before this one that has households: what a roster is compared with."""
    there = Household.objects.filter(campaign=OuterRef("pk"))
    return Campaign.objects.filter(Exists(there), ordinal__lt=campaign.ordinal).order_by("-ordinal").first()
