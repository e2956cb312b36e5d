from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from backoffice.access import PermittedView, in_branch
from backoffice.csv_response import csv_response
from backoffice.models import AccessLog
from backoffice.pages import ActionView
from backoffice.parts import Tile
from backoffice.roles import Permission
from backoffice.services.access_log import log_access
from employers.models import Branch
from issuance.queries import current_campaign
from returns.forms import BranchHoldForm, CutoffForm, RerouteRunForm
from returns.models import RerouteCycle, RerouteHold
from returns.queries import deadline_outlook
from returns.services import (
    BranchPreview,
    Change,
    RerouteCounts,
    hold_branch,
    lift_hold,
    preview_employers,
    preview_reroute,
    reroute,
    reroute_changes,
)
from returns.states import ExceptionCode

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponseBase

    from backoffice.models import User
    from issuance.models import Campaign

MOST_SHOWN = 50
CHANGES = {
    "lost": gettext_lazy("全員が資格を喪失（再作成しない）"),
    "lost_in_part": gettext_lazy("一部の方が資格を喪失（残りの方だけ再作成）"),
    "employer_closed": gettext_lazy("差出後に事業所が全喪（個別対応）"),
    "nondisclosure": gettext_lazy("不開示の申出（個別対応）"),
}
EMPLOYERS_HEADER = ("branch", "insurer_no", "symbol", "employer", "envelopes", "cards")


def last_month_end(today: date) -> date:
    """The last day of the month before, the usual cut-off."""
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return date(year, month, monthrange(year, month)[1])


def standing_holds(campaign: Campaign, user: User) -> QuerySet[RerouteHold]:
    """The holds of branches the user may know of."""
    rows = RerouteHold.objects.filter(campaign=campaign, lifted_at__isnull=True, branch__isnull=False)
    return in_branch(rows.select_related("branch", "held_by"), user).order_by("branch")


class ReroutePreviewView(PermittedView, TemplateView):
    """月次再送付: what a cycle would do, before anybody commits to it."""

    permission = Permission.REROUTE
    template_name = "returns/reroute_preview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        campaign = current_campaign()
        form = CutoffForm(self.request.GET or None, default=last_month_end(timezone.localdate(self.at)))
        cutoff = (
            form.cleaned_data["cutoff"]
            if form.is_bound and form.is_valid()
            else form.fields["cutoff"].initial
        )
        lines = preview_reroute(campaign=campaign, cutoff=cutoff)
        names = dict(Branch.objects.values_list("code", "name"))
        return super().get_context_data(**kwargs) | {
            "title": _("月次再送付"),
            "campaign": campaign,
            "form": form,
            "cutoff": cutoff,
            "outlook": deadline_outlook(campaign, today=timezone.localdate(self.at)),
            "tiles": self.tiles(lines),
            "lines": self.lines(lines, names),
            "expected": sum(line.envelopes for line in lines if not line.held),
            "changes": self.changes(reroute_changes(campaign=campaign, cutoff=cutoff), names),
            "employers": [
                {"branch": names[found.branch_code], "employer": found}
                for found in preview_employers(campaign=campaign, cutoff=cutoff)[:MOST_SHOWN]
            ],
            "holds": standing_holds(campaign, self.staff),
            "hold_form": BranchHoldForm(branch_code=self.staff.branch_code, auto_id="hold_%s"),
            "cycles": RerouteCycle.objects.filter(campaign=campaign).order_by("-number"),
        }

    def tiles(self, lines: list[BranchPreview]) -> list[Tile]:
        """The sums."""
        free = [line for line in lines if not line.held]
        going = [line for line in free if not line.code]
        return [
            Tile(_("事業所へ再作成"), sum(line.envelopes for line in going)),
            Tile(_("送付先の事業所"), sum(line.employers for line in going)),
            Tile(_("個別対応"), sum(line.envelopes for line in free if line.code)),
            Tile(_("保留"), sum(line.envelopes for line in lines if line.held)),
        ]

    def lines(self, lines: list[BranchPreview], names: dict[str, str]) -> list[dict[str, object]]:
        """The preview by branch and reason, in words."""
        labels = dict(ExceptionCode.choices)
        return [
            {
                "branch": names[line.branch_code],
                "what": labels[line.code] if line.code else _("事業所へ再作成"),
                "held": line.held,
                "envelopes": line.envelopes,
            }
            for line in lines
        ]

    def changes(self, changes: list[Change], names: dict[str, str]) -> list[dict[str, object]]:
        """What has changed since the posting, by kind, the first of each kind named."""
        kinds: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
        for change in changes:
            if change.what != "nondisclosure" or self.staff.may(Permission.VIEW_NONDISCLOSED):
                kinds[change.what].append({"change": change, "branch": names[change.branch_code]})
        return [
            {"label": label, "count": len(kinds[what]), "rows": kinds[what][:MOST_SHOWN]}
            for what, label in CHANGES.items()
            if kinds[what]
        ]


class RerouteRunView(ActionView):
    """Commit a cycle."""

    permission = Permission.REROUTE
    form_class = RerouteRunForm

    def act(self) -> str:
        counts = reroute(
            campaign=current_campaign(),
            max_envelopes=None,
            at=self.at,
            by=self.staff,
            **self.cleaned_data,
        )
        if counts == RerouteCounts(0, 0, 0):
            return _("この締切日までの還付は、すべて処理済みです。何も変わっていません。")
        return _("再作成 %(rerouted)d通、個別対応 %(exceptions)d通、事業所 %(employers)d件です。") % {
            "rerouted": counts.rerouted,
            "exceptions": counts.exceptions,
            "employers": counts.employers,
        }

    def next_url(self) -> str:
        return reverse("returns:reroute-preview")


class RerouteEmployersView(PermittedView):
    """Every employer a cycle with this cut-off would write to, as a file."""

    permission = Permission.REROUTE
    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The file; the cut-off of the preview, else the usual one."""
        form = CutoffForm(request.GET)
        cutoff = (
            form.cleaned_data["cutoff"] if form.is_valid() else last_month_end(timezone.localdate(self.at))
        )
        log_access(
            user=self.staff,
            action=AccessLog.Action.EXPORT,
            screen="reroute-employers",
            subject=cutoff.isoformat(),
            at=self.at,
        )
        rows = (
            (row.branch_code, row.insurer_no, row.symbol, row.name, row.envelopes, row.cards)
            for row in preview_employers(campaign=current_campaign(), cutoff=cutoff)
        )
        return csv_response(f"reroute-employers-{cutoff:%Y%m%d}", EMPLOYERS_HEADER, rows)


class _HoldAction(ActionView):
    permission = Permission.REROUTE

    def next_url(self) -> str:
        return reverse("returns:reroute-preview")


class BranchHoldView(_HoldAction):
    """Hold a branch back."""

    form_class = BranchHoldForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"branch_code": self.staff.branch_code}

    def act(self) -> str:
        held = hold_branch(campaign=current_campaign(), at=self.at, by=self.staff, **self.cleaned_data)
        return _("%(branch)sの再送付を保留しました。") % {"branch": held.branch}


class HoldLiftView(_HoldAction):
    """Let a branch go again."""

    def act(self) -> str:
        rows = RerouteHold.objects.filter(campaign=current_campaign(), branch__isnull=False)
        hold = get_object_or_404(in_branch(rows, self.staff), public_id=self.kwargs["public_id"])
        lift_hold(hold=hold, at=self.at, by=self.staff)
        return _("保留を解除しました。")
