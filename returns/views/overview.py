from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from backoffice.access import PermittedView
from backoffice.charts import Bar, Stage, Week, drawn_bars
from backoffice.queries.audit import unusual_key, unusual_readers
from backoffice.roles import Permission
from backoffice.services.kept_numbers import read_numbers
from issuance.queries import newest_open_campaign
from returns.queries import (
    Progress,
    batches_in,
    branch_names,
    days_for,
    expected_returns,
    forecast,
    home_counts,
    outliers_key,
    overview_key,
    overview_of,
    posted_per_day,
    rendered_per_day,
    returns_per_week,
    weeks_key,
)
from returns.queries.forecast import LONGEST_DAYS
from returns.views.sums import Sum, overview_sums
from returns.views.waiting import Desk, waiting_tiles

if TYPE_CHECKING:
    from datetime import date

    from backoffice.services.kept_numbers import Taken
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
        taken = read_numbers(counts=home_counts(campaign), at=self.at)
        posted = posted_per_day(campaign, branch_code=self.staff.branch_code)
        counted = taken[overview_key(campaign)]
        return (
            context
            | self.days(campaign)
            | {
                "taken_at": counted.at,
                "counting": counted.values is None,
                "tiles": waiting_tiles(self.desk(campaign, taken)),
            }
            | (self.numbers(campaign, counted.values, posted) if counted.values is not None else {})
            | {
                "weeks": self.weeks(taken[weeks_key(campaign)].values or {}, posted),
                "outliers": self.outliers(taken[outliers_key(campaign)].values or []),
            }
        )

    def days(self, campaign: Campaign) -> dict[str, int]:
        """How many days are left, and over."""
        today = timezone.localdate(self.at)
        return {
            "days_left": (campaign.deadline - today).days,
            "days_over": (today - campaign.deadline).days,
        }

    def desk(self, campaign: Campaign, taken: dict[str, Taken]) -> Desk:
        """What the reader's work is told from."""
        branch, today = self.staff.branch_code, timezone.localdate(self.at)
        unusual = 0
        if self.staff.may(Permission.VIEW_AUDIT):
            key = unusual_key(today)
            found = read_numbers(counts={key: lambda: unusual_readers(today)}, at=self.at)
            unusual = found[key].values or 0
        return Desk(
            user=self.staff,
            campaign=campaign,
            numbers=overview_of(taken[overview_key(campaign)].values or {}, branch),
            batches=batches_in(campaign, branch),
            unusual=unusual,
            today=today,
        )

    def numbers(
        self, campaign: Campaign, found: dict[str, dict[str, int]], posted: dict[date, int]
    ) -> dict[str, Any]:
        """Funnel, sums, branches and forecast."""
        branch = self.staff.branch_code
        numbers = overview_of(found, branch)
        return {
            "numbers": numbers,
            "stages": self.stages(numbers),
            "sums": self.sums(numbers),
            "branches": self.branches(found, branch),
            "branch_links": [bool(self.people_link("target")), bool(self.envelope_link())],
            "forecast": self.forecast(campaign, numbers, posted),
        }

    def outliers(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Where clearly more comes back than expected; of other branches only what belongs to none. Employers are named, so
        only who may see the returns sees them."""
        branch = self.staff.branch_code
        if not self.staff.may(Permission.VIEW_RETURNS):
            return []
        return [
            one | {"label": SORTS[one["sort"]], "url": self.outlier_url(one)}
            for one in found
            if one["branch"] in {"", branch} or not branch
        ][:MOST_OUTLIERS]

    def outlier_url(self, one: dict[str, Any]) -> str:
        """The page of a batch or an employer, the returned envelopes of a branch; a postal area has no page."""
        match one["sort"]:
            case "batch" if self.staff.may(Permission.VIEW_BATCHES):
                return reverse("mailing:batch-detail", kwargs={"number": one["name"]})
            case "employer" if self.staff.may(Permission.VIEW_EMPLOYERS):
                return reverse("employers:employer-detail", kwargs={"public_id": one["public_id"]})
            case "branch":
                of = {} if self.staff.branch_code else {"branch": one["key"]}
                return self.envelope_link(step="returned", **of)
            case _:
                return ""

    def stages(self, numbers: dict[str, int]) -> list[Stage]:
        """The funnel from the people selected to the envelopes re-made, each step a link to its list."""
        n, of = numbers, numbers["enveloped"]
        unit = _("通")
        people, envelope = self.people_link("target"), self.envelope_link
        return [
            Stage(_("対象"), n["targets"], people, unit=_("人"), of=n["people"]),
            Stage(_("封筒を作成"), of, envelope(step="made"), unit=unit, of=of),
            Stage(_("組版済み"), n["rendered"], envelope(step="rendered"), unit=unit, of=of),
            Stage(_("承認済み"), n["approved"], envelope(step="approved"), unit=unit, of=of),
            Stage(_("差出済み"), n["posted"], envelope(step="posted"), unit=unit, of=of),
            Stage(_("還付"), n["returned"], envelope(step="returned"), unit=unit, of=of),
            Stage(_("事業所へ再作成"), n["rerouted"], envelope(state="rerouted"), unit=unit, of=of),
        ]

    def sums(self, numbers: dict[str, int]) -> list[Sum]:
        """The same numbers as sums, each part a link to its list where the reader may open it."""
        return overview_sums(numbers, people=self.people_link, envelopes=self.envelope_link)

    def people_link(self, outcome: str, **which: str) -> str:
        """The people of an outcome; 個別対応 only for who may see them."""
        if outcome == "held" and not self.staff.may(Permission.VIEW_NONDISCLOSED):
            return ""
        return self.link("issuance:judged-list", Permission.VIEW_SELECTION, {"outcome": outcome, **which})

    def envelope_link(self, **which: str) -> str:
        """The envelopes to people's homes that are so far."""
        return self.link("mailing:envelope-list", Permission.VIEW_BATCHES, {"kind": "personal", **which})

    def branches(self, found: dict[str, dict[str, int]], branch: str) -> list[dict[str, Any]]:
        """One line per branch, with what was posted and what came back as bars."""
        targets = self.people_link("target")
        made, *others = (self.envelope_link(step=step) for step in ("made", "posted", "returned"))
        lines = []
        for code, name, numbers in branch_names(found, branch):
            of = "" if branch else f"&{urlencode({'branch': code})}"
            posted = Bar(name, numbers["posted"], of=numbers["enveloped"])
            returned = Bar(name, numbers["returned"], of=numbers["posted"])
            urls = [url and url + of for url in others]
            lines.append(
                {
                    "name": name,
                    "numbers": numbers,
                    "targets_url": targets and targets + of,
                    "envelopes_url": made and made + of,
                    "bars": list(zip(drawn_bars([posted, returned]), urls, strict=True)),
                }
            )
        return lines

    def weeks(self, found: dict[str, dict[str, int]], posted: dict[date, int]) -> list[Week]:
        """What came back in each of the last eight weeks, and what should have."""
        branch = self.staff.branch_code
        weeks = returns_per_week(found, until=timezone.localdate(self.at), branch_code=branch)
        expected = expected_returns([monday for monday, _count in weeks], posted)
        return [
            Week(f"{monday.month}/{monday.day}", count, wanted)
            for (monday, count), wanted in zip(weeks, expected, strict=True)
        ]

    def forecast(
        self, campaign: Campaign, numbers: dict[str, int], posted: dict[date, int]
    ) -> dict[str, Any]:
        """When rendering, posting and the last mailing to employers end at the present pace, and what the plan would take."""
        branch = self.staff.branch_code
        seen = forecast(
            progress=Progress(
                enveloped=numbers["enveloped"],
                stopped=numbers["stopped_personal"],
                rendered=numbers["rendered"],
                posted=numbers["posted"],
                returned=numbers["returned"],
            ),
            rendered_per_day=rendered_per_day(campaign, branch_code=branch),
            posted_per_day=posted,
            today=timezone.localdate(self.at),
        )
        planned = days_for(
            campaign.expected_people,
            targets=numbers["cards"],
            enveloped=numbers["enveloped"],
            per_day=seen.posting.per_day,
        )
        return {
            "seen": seen,
            # What comes back yet, and what has come back and waits for the cycle.
            "returns_left": seen.returns.to_come + numbers["returned_waiting"],
            "longest": LONGEST_DAYS,
            "in_time": seen.in_time(campaign.deadline),
            "planned": planned if not branch and numbers["targets"] < campaign.expected_people else None,
        }

    def link(self, url_name: str, permission: Permission, which: dict[str, str]) -> str:
        """The address of a list; empty for who may not open it."""
        return f"{self.addresses[url_name]}?{urlencode(which)}" if self.staff.may(permission) else ""

    @cached_property
    def addresses(self) -> dict[str, str]:
        """Where the lists are to which the page leads many times."""
        return {name: reverse(name) for name in ("issuance:judged-list", "mailing:envelope-list")}
