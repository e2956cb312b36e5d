from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from backoffice.access import PermittedView
from backoffice.charts import Bar, Stage, Week
from backoffice.parts import Tile
from backoffice.roles import Permission
from backoffice.tones import Tone
from issuance.queries import newest_open_campaign
from returns.queries import batches_waiting_for_approval, branch_lines, funnel, returns_per_week

if TYPE_CHECKING:
    from returns.queries.overview import Funnel


class OverviewView(PermittedView, TemplateView):
    """ホーム: how far the campaign is, and what waits for the reader."""

    permission = Permission.VIEW_HOME
    template_name = "returns/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | {"title": _("ホーム")}
        campaign = newest_open_campaign()
        context["campaign"] = campaign
        if campaign is None:
            return context
        branch, today = self.staff.branch_code, timezone.localdate(self.at)
        numbers = funnel(campaign, branch)
        lines = branch_lines(campaign, branch)
        weeks = returns_per_week(campaign, until=today, branch_code=branch)
        return context | {
            "days_left": (campaign.deadline - today).days,
            "days_over": (today - campaign.deadline).days,
            "numbers": numbers,
            "stages": self.stages(numbers),
            "tiles": self.tiles(numbers, batches_waiting_for_approval(campaign, branch)),
            "lines": lines,
            "bars": [Bar(line.name, line.posted, of=line.envelopes) for line in lines],
            "weeks": [Week(f"{monday.month}/{monday.day}", count) for monday, count in weeks],
        }

    def stages(self, numbers: Funnel) -> list[Stage]:
        """The funnel; its first step counts people, the others envelopes."""
        batches = reverse("mailing:batch-list") if self.staff.may(Permission.VIEW_BATCHES) else ""
        returned = reverse("returns:return-list") if self.staff.may(Permission.VIEW_RETURNS) else ""
        return [
            Stage(_("封筒を作成"), numbers.enveloped, batches),
            Stage(_("組版済み"), numbers.rendered, batches),
            Stage(_("承認済み"), numbers.approved, batches),
            Stage(_("差出済み"), numbers.posted, batches),
            Stage(_("還付"), numbers.returned, returned),
            Stage(_("事業所へ再作成"), numbers.rerouted, returned),
        ]

    def tiles(self, numbers: Funnel, waiting: int) -> list[Tile]:
        """What waits for somebody, for those who may do something about it."""
        wanted = (
            (Permission.APPROVE_BATCH, _("承認待ちのバッチ"), waiting, "mailing:batch-list"),
            (Permission.VIEW_BATCHES, _("印刷できない封筒"), numbers.stopped, "mailing:stopped-list"),
            (Permission.VIEW_RETURNS, _("再送付を待つ還付"), numbers.returns_waiting, "returns:return-list"),
            (
                Permission.WORK_EXCEPTIONS,
                _("未対応の例外"),
                numbers.exceptions_open,
                "returns:exception-list",
            ),
        )
        return [
            Tile(label, count, url=reverse(url), tone=Tone.WAITING if count else Tone.NEUTRAL)
            for permission, label, count, url in wanted
            if self.staff.may(permission)
        ]
