from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from backoffice.access import PermittedView, in_branch
from backoffice.csv_response import csv_response
from backoffice.job_pages import JobActionView
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
    EmployerPreview,
    hold_branch,
    lift_hold,
    one_branch_only,
    preview_employers,
    preview_reroute,
    reroute_changes,
)
from returns.states import ExceptionCode
from returns.tasks import REROUTE, reroute_for_job

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponseBase

    from backoffice.models import User
    from issuance.models import Campaign

Row = TypeVar("Row", BranchPreview, EmployerPreview, Change)
MOST_SHOWN = 50
CHANGES = {
    "lost": gettext_lazy("全員が資格を喪失（再作成しない）"),
    "lost_in_part": gettext_lazy("一部の方が資格を喪失（残りの方だけ再作成）"),
    "employer_closed": gettext_lazy("差出後に事業所が全喪（個別対応）"),
    "nondisclosure": gettext_lazy("不開示の申出（個別対応）"),
}


def last_month_end(today: date) -> date:
    """The last day of the month before, the usual cut-off."""
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return date(year, month, monthrange(year, month)[1])


def in_reach(rows: Iterable[Row], user: User) -> list[Row]:
    """Those of the user's branch; all of them for who belongs to none."""
    return [row for row in rows if user.branch_code in ("", row.branch_code)]


def changes_for(rows: Iterable[Change], user: User) -> list[Change]:
    """The changes the user may know of; 不開示 ones only with their own permission."""
    may = user.may(Permission.VIEW_NONDISCLOSED)
    return [row for row in in_reach(rows, user) if may or row.what != "nondisclosure"]


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
        lines = in_reach(preview_reroute(campaign=campaign, cutoff=cutoff), self.staff)
        names = dict(Branch.objects.values_list("code", "name"))
        return super().get_context_data(**kwargs) | {
            "title": _("月次再送付"),
            "campaign": campaign,
            "form": form,
            "cutoff": cutoff,
            "outlook": deadline_outlook(campaign, today=timezone.localdate(self.at)),
            "tiles": self.tiles(lines),
            "lines": self.lines(lines, names),
            "whole": not self.staff.branch_code,
            "expected": sum(line.envelopes for line in lines if not line.held),
            "changes": self.changes(reroute_changes(campaign=campaign, cutoff=cutoff), names),
            "employers": [
                {"branch": names[found.branch_code], "employer": found}
                for found in in_reach(preview_employers(campaign=campaign, cutoff=cutoff), self.staff)[
                    :MOST_SHOWN
                ]
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
        for change in changes_for(changes, self.staff):
            kinds[change.what].append({"change": change, "branch": names[change.branch_code]})
        return [
            {"label": label, "count": len(kinds[what]), "rows": kinds[what][:MOST_SHOWN]}
            for what, label in CHANGES.items()
            if kinds[what]
        ]


class RerouteRunView(JobActionView):
    """Commit a cycle: a worker does it, because a month's returns take longer than a page may."""

    permission = Permission.REROUTE
    form_class = RerouteRunForm
    kind = REROUTE
    task = reroute_for_job

    def subject(self) -> str:
        return str(current_campaign().public_id)

    def said(self) -> dict[str, Any]:
        return {"cutoff": self.cleaned_data["cutoff"].isoformat(), "expected": self.cleaned_data["expected"]}

    def act(self) -> str:
        if self.staff.branch_code:
            raise one_branch_only()
        return super().act()

    def back_url(self) -> str:
        return reverse("returns:reroute-preview")


class _RerouteFile(PermittedView):
    permission = Permission.REROUTE
    http_method_names = ["get"]
    screen: str
    header: tuple[str, ...]

    def rows(self, campaign: Campaign, cutoff: date) -> Iterator[tuple[object, ...]]:
        """The lines of the file."""
        raise NotImplementedError  # every file has its own

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """The file; the cut-off of the preview, else the usual one."""
        form = CutoffForm(request.GET)
        cutoff = (
            form.cleaned_data["cutoff"] if form.is_valid() else last_month_end(timezone.localdate(self.at))
        )
        log_access(
            user=self.staff,
            action=AccessLog.Action.EXPORT,
            screen=self.screen,
            subject=cutoff.isoformat(),
            at=self.at,
        )
        return csv_response(
            f"{self.screen}-{cutoff:%Y%m%d}", self.header, self.rows(current_campaign(), cutoff)
        )


class RerouteEmployersView(_RerouteFile):
    """Every employer a cycle with this cut-off would write to."""

    screen = "reroute-employers"
    header = ("branch", "insurer_no", "symbol", "employer", "envelopes", "cards")

    def rows(self, campaign: Campaign, cutoff: date) -> Iterator[tuple[object, ...]]:
        for row in in_reach(preview_employers(campaign=campaign, cutoff=cutoff), self.staff):
            yield row.branch_code, row.insurer_no, row.symbol, row.name, row.envelopes, row.cards


class RerouteChangesView(_RerouteFile):
    """Everything that has changed about the waiting envelopes since they were posted."""

    screen = "reroute-changes"
    header = ("change", "branch", "piece_no", "since")

    def rows(self, campaign: Campaign, cutoff: date) -> Iterator[tuple[object, ...]]:
        for row in changes_for(reroute_changes(campaign=campaign, cutoff=cutoff), self.staff):
            yield row.what, row.branch_code, row.piece_no, row.since or ""


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
