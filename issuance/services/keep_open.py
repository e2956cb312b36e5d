"""Working in a campaign that nobody may close meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from backoffice.refusal import Refused
from issuance.sql.campaigns import stays_open

if TYPE_CHECKING:
    from issuance.models import Campaign


def keep_open(campaign: Campaign) -> None:
    """Let nobody close the campaign before the transaction ends; beside each other, any number may do so.

    :raises Refused: `campaign_closed`: somebody has.
    """
    if not stays_open(campaign.pk):
        raise Refused(
            "campaign_closed",
            _("一括発行「%(code)s」は終了しています。何も変わっていません。") % {"code": campaign.code},
        )
