from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from backoffice.access import PermittedView
from backoffice.pages import FormPageView
from backoffice.parts import Crumb, Fact, Link
from backoffice.roles import Permission
from issuance.forms import CampaignForm
from issuance.models import Campaign
from issuance.queries import newest_open_campaign
from issuance.services import create_campaign

if TYPE_CHECKING:
    from django.db import models

_HIDDEN = {"id", "public_id", "ordinal", "closed_at", "closed_by"}
_WORDS = {True: gettext_lazy("はい"), False: gettext_lazy("いいえ")}


class CampaignDetailView(PermittedView, TemplateView):
    """一括発行の設定: every date and number the campaign runs by (R38)."""

    permission = Permission.MANAGE_CAMPAIGNS
    template_name = "issuance/campaign_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        campaign = newest_open_campaign()
        create = Link(
            _("新しい一括発行を登録する"), reverse("issuance:campaign-create"), primary=not campaign
        )
        page = {"title": _("一括発行の設定"), "campaign": campaign, "links": [create]}
        if campaign is None:
            return super().get_context_data(**kwargs) | page
        return (
            super().get_context_data(**kwargs)
            | page
            | {
                "facts": [_fact(campaign, field) for field in _fields()],
                "policies": campaign.expiry_policies.order_by("window_start"),
            }
        )


def _fields() -> list[models.Field[Any, Any]]:
    return [field for field in Campaign._meta.concrete_fields if field.name not in _HIDDEN]


def _fact(campaign: Campaign, field: models.Field[Any, Any]) -> Fact:
    value = getattr(campaign, field.name)
    if isinstance(value, bool):
        return Fact(field.verbose_name, _WORDS[value])
    if field.choices:
        return Fact(field.verbose_name, campaign.get_dependants_only_reading_display())
    return Fact(field.verbose_name, value)


class CampaignCreateView(FormPageView):
    """A new campaign, filled in with the briefing's values."""

    permission = Permission.MANAGE_CAMPAIGNS
    title = gettext_lazy("一括発行の登録")
    form_class: Any = CampaignForm
    submit_label = gettext_lazy("登録する")

    def perform(self, form: Any) -> str:
        made = create_campaign(at=self.at, by=self.staff, **form.cleaned_data)
        return _("一括発行「%(name)s」を登録しました。") % {"name": made.campaign.name}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("一括発行の設定"), reverse("issuance:campaign-detail"))]

    def next_url(self) -> str:
        return reverse("issuance:campaign-detail")
