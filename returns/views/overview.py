from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from backoffice.access import PermittedView
from backoffice.charts import Bar, Stage, Week, drawn_bars
from backoffice.parts import Tile
from backoffice.roles import Permission
from backoffice.services.kept_numbers import read_numbers
from backoffice.tones import Tone
from issuance.queries import newest_open_campaign
from mailing.states import BatchState
from returns.queries import (
    batches_in,
    branch_names,
    count_overview,
    expected_returns,
    forecast,
    outliers,
    outliers_key,
    overview_key,
    overview_of,
    posted_per_day,
    returns_per_week,
)
from returns.views.sums import Sum, overview_sums

if TYPE_CHECKING:
    from issuance.models import Campaign

MOST_OUTLIERS = 10
SORTS = {
    "batch": gettext_lazy("印刷バッチ"),
    "branch": gettext_lazy("支部"),
    "employer": gettext_lazy("事業所"),
    "area": gettext_lazy("郵便番号の上3桁"),
}


class OverviewView(PermittedView, TemplateView):
    """ホーム: how far the campaign is, when it will be over, and what waits for the reader."""

    permission = Permission.VIEW_HOME
    template_name = "returns/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | {"title": _("ホーム")}
        campaign = newest_open_campaign()
        context["campaign"] = campaign
        if campaign is None:
            return context
        branch, today = self.staff.branch_code, timezone.localdate(self.at)
        found, taken_at = read_numbers(
            key=overview_key(campaign), count=lambda: count_overview(campaign), at=self.at
        )
        numbers, posted = overview_of(found, branch), posted_per_day(campaign, branch_code=branch)
        return context | {
            "days_left": (campaign.deadline - today).days,
            "days_over": (today - campaign.deadline).days,
            "taken_at": taken_at,
            "numbers": numbers,
            "stages": self.stages(numbers),
            "sums": self.sums(numbers),
            "tiles": self.tiles(numbers, batches_in(campaign, branch)),
            "branches": self.branches(found, branch),
            "weeks": self.weeks(campaign, posted, branch),
            "forecast": self.forecast(campaign, numbers, posted),
            "outliers": self.outliers(campaign),
        }

    def outliers(self, campaign: Campaign) -> list[dict[str, Any]]:
        """Where clearly more comes back than expected; of other branches only what belongs to none."""
        found, _taken = read_numbers(key=outliers_key(campaign), count=lambda: outliers(campaign), at=self.at)
        branch = self.staff.branch_code
        return [
            one | {"label": SORTS[one["sort"]]}
            for one in found
            if one["branch"] in {"", branch} or not branch
        ][:MOST_OUTLIERS]

    def stages(self, numbers: dict[str, int]) -> list[Stage]:
        """The funnel of the envelopes to people's homes."""
        batches = self.link("mailing:batch-list", Permission.VIEW_BATCHES)
        envelopes = self.link("mailing:envelope-list", Permission.VIEW_BATCHES, "?kind=personal")
        returned = self.link("returns:return-list", Permission.VIEW_RETURNS)
        rerouted = self.link("returns:return-list", Permission.VIEW_RETURNS, "?state=rerouted")
        return [
            Stage(_("封筒を作成"), numbers["enveloped"], envelopes),
            Stage(_("組版済み"), numbers["rendered"], batches),
            Stage(_("承認済み"), numbers["approved"], batches),
            Stage(_("差出済み"), numbers["posted"], batches and f"{batches}?state=posted"),
            Stage(_("還付"), numbers["returned"], returned),
            Stage(_("事業所へ再作成"), numbers["rerouted"], rerouted),
        ]

    def sums(self, numbers: dict[str, int]) -> list[Sum]:
        """The same numbers as sums, each part a link to its list where the reader may open it."""
        return overview_sums(
            numbers,
            people=self.link("issuance:selection-summary", Permission.VIEW_SELECTION),
            envelopes=self.link("mailing:envelope-list", Permission.VIEW_BATCHES, "?kind=personal"),
            returns=self.link("returns:return-list", Permission.VIEW_RETURNS),
        )

    def branches(self, found: dict[str, dict[str, int]], branch: str) -> list[dict[str, Any]]:
        """One line per branch, with what was posted and what came back as bars."""
        lines = []
        for _code, name, numbers in branch_names(found, branch):
            posted = Bar(name, numbers["posted"], of=numbers["enveloped"])
            returned = Bar(name, numbers["returned"], of=numbers["posted"])
            lines.append({"name": name, "numbers": numbers, "bars": drawn_bars([posted, returned])})
        return lines

    def weeks(self, campaign: Campaign, posted: dict[Any, int], branch: str) -> list[Week]:
        """What came back in each of the last eight weeks, and what should have."""
        found = returns_per_week(campaign, until=timezone.localdate(self.at), branch_code=branch)
        expected = expected_returns([monday for monday, _count in found], posted)
        return [
            Week(f"{monday.month}/{monday.day}", count, wanted)
            for (monday, count), wanted in zip(found, expected, strict=True)
        ]

    def forecast(self, campaign: Campaign, numbers: dict[str, int], posted: dict[Any, int]) -> dict[str, Any]:
        """When posting and the last mailing to employers end at the present pace."""
        seen = forecast(
            enveloped=numbers["enveloped"],
            posted=numbers["posted"],
            posted_per_day=posted,
            today=timezone.localdate(self.at),
        )
        return {"seen": seen, "in_time": seen.in_time(campaign.deadline), "per_day": round(seen.per_day)}

    def tiles(self, numbers: dict[str, int], batches: dict[str, int]) -> list[Tile]:
        """What waits for somebody, for those who may do something about it."""
        listed, of = "mailing:batch-list", "?state={}".format
        wanted = (
            (
                Permission.SELECT_TARGETS,
                _("判定を待つ方"),
                numbers["unjudged"],
                "issuance:selection-summary",
                "",
            ),
            *(
                (permission, label, batches.get(state, 0), listed, of(state))
                for permission, label, state in (
                    (Permission.PLAN_BATCHES, _("提出できるバッチ"), BatchState.RENDERED.value),
                    (Permission.APPROVE_BATCH, _("承認待ちのバッチ"), BatchState.SUBMITTED.value),
                    (Permission.RELEASE_BATCH, _("引渡しを待つバッチ"), BatchState.APPROVED.value),
                    (Permission.RECORD_RESULTS, _("業者の結果を待つバッチ"), BatchState.RELEASED.value),
                )
            ),
            (Permission.VIEW_BATCHES, _("印刷できない封筒"), numbers["stopped"], "mailing:stopped-list", ""),
            (
                Permission.VIEW_RETURNS,
                _("再送付を待つ還付"),
                numbers["returns_waiting"],
                "returns:return-list",
                "?state=waiting",
            ),
            (
                Permission.WORK_EXCEPTIONS,
                _("未対応の例外"),
                numbers["exceptions_open"],
                "returns:exception-list",
                "?state=open",
            ),
        )
        return [
            Tile(label, count, url=reverse(url) + query, tone=Tone.WAITING if count else Tone.NEUTRAL)
            for permission, label, count, url, query in wanted
            if self.staff.may(permission)
        ]

    def link(self, url_name: str, permission: Permission, query: str = "") -> str:
        """The address of a list; empty for who may not open it."""
        return reverse(url_name) + query if self.staff.may(permission) else ""
