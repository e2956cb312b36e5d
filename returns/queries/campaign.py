"""The campaign the returns side works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from issuance.queries import newest_open_campaign

if TYPE_CHECKING:
    from issuance.models import Campaign


def current_campaign() -> Campaign:
    """The newest open campaign.

    :raises Http404: there is none yet.
    """
    campaign = newest_open_campaign()
    if campaign is None:
        raise Http404(_("一括発行が登録されていません。"))
    return campaign
