from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from backoffice.job_pages import JobActionView
from backoffice.pages import ActionView
from backoffice.refusal import Refused
from backoffice.roles import Permission
from issuance.models import Campaign
from returns.services import (
    close_campaign,
    confirm_erasure,
    reopen_campaign,
    standing_erasure,
    withdraw_erasure,
)
from returns.tasks import ERASE_CAMPAIGN, PREPARE_ERASURE, erase_for_job, prepare_for_job

if TYPE_CHECKING:
    from returns.models import Erasure


class _CampaignAction(ActionView):
    permission = Permission.MANAGE_CAMPAIGNS
    needs_fresh_login = True

    @cached_property
    def campaign(self) -> Campaign:
        """The campaign the button belongs to."""
        return get_object_or_404(Campaign, code=self.kwargs["code"])

    def erasure(self) -> Erasure:
        """The campaign's standing erasure.

        :raises Refused: `no_erasure`.
        """
        found = standing_erasure(self.campaign)
        if found is None:
            raise Refused("no_erasure", _("消去は準備されていません。"))
        return found

    def back_url(self) -> str:
        """The campaign's page."""
        return reverse("returns:campaign-closing", kwargs=self.kwargs)

    def next_url(self) -> str:
        return self.back_url()


class CampaignCloseView(_CampaignAction):
    """End a campaign."""

    def act(self) -> str:
        close_campaign(campaign=self.campaign, at=self.at, by=self.staff)
        return _("一括発行を終了しました。")


class CampaignReopenView(_CampaignAction):
    """Take the end back."""

    def act(self) -> str:
        reopen_campaign(campaign=self.campaign, by=self.staff)
        return _("終了を取り消しました。")


class ErasureWithdrawView(_CampaignAction):
    """Take back what was prepared."""

    def act(self) -> str:
        withdraw_erasure(erasure=self.erasure(), at=self.at, by=self.staff)
        return _("消去の準備を取り下げました。")


class _ErasureJob(_CampaignAction, JobActionView):
    def subject(self) -> str:
        return str(self.campaign.public_id)

    def next_url(self) -> str:
        return JobActionView.next_url(self)


class ErasurePrepareView(_ErasureJob):
    """Count what goes and what stays."""

    kind, task = PREPARE_ERASURE, prepare_for_job


class ErasureConfirmView(_ErasureJob):
    """Agree as the second person, and begin at once."""

    kind, task = ERASE_CAMPAIGN, erase_for_job

    @transaction.atomic
    def act(self) -> str:
        confirm_erasure(erasure=self.erasure(), at=self.at, by=self.staff)
        self.start()
        return _("消去を始めました。")


class ErasureContinueView(_ErasureJob):
    """Go on with an erasure that was stopped, or whose worker died."""

    kind, task = ERASE_CAMPAIGN, erase_for_job
