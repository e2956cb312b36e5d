from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from backoffice.access import PermittedView, in_branch
from backoffice.job_pages import JobActionView
from backoffice.models import Job
from backoffice.parts import Tile
from backoffice.roles import Permission
from backoffice.services.jobs import UNFINISHED
from issuance.queries import current_campaign
from returns.forms import BranchHoldForm, CutoffForm, RerouteRunForm
from returns.models import RerouteCycle
from returns.queries import deadline_outlook, facts_moved_on, handled_in, kept_preview
from returns.services import one_branch_only
from returns.states import ExceptionCode, RerouteChange
from returns.tasks import PREVIEW_REROUTE, REROUTE, preview_for_job, reroute_for_job
from returns.views.reroute_holds import standing_holds

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from backoffice.models import User
    from issuance.models import Campaign
    from returns.models import PreviewChange, PreviewEmployer, PreviewLine, ReroutePreview

MOST_SHOWN = 50


def last_month_end(today: date) -> date:
    """The last day of the month before, the usual cut-off."""
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return date(year, month, monthrange(year, month)[1])


def employers_for(preview: ReroutePreview, user: User) -> QuerySet[PreviewEmployer]:
    """The employers of the user's branch, the one with most envelopes first."""
    rows = in_branch(preview.employers.all(), user, "employer__branch_id")
    return rows.select_related("employer__branch").order_by("-envelopes", "pk")


def changes_for(preview: ReroutePreview, user: User) -> QuerySet[PreviewChange]:
    """The changes the user may know of; 不開示 ones only with their own permission."""
    rows = in_branch(preview.changes.all(), user, "event__envelope__branch_id")
    if not user.may(Permission.VIEW_NONDISCLOSED):
        rows = rows.exclude(what=RerouteChange.NONDISCLOSURE)
    return rows.select_related("event__envelope__branch").order_by("pk")


class ReroutePreviewView(PermittedView, TemplateView):
    """月次再送付: what a cycle would do, as a worker has counted it, before anybody commits to it."""

    permission = Permission.REROUTE
    template_name = "returns/reroute_preview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        campaign, today = current_campaign(), timezone.localdate(self.at)
        cycles = list(RerouteCycle.objects.filter(campaign=campaign).order_by("-number"))
        form = CutoffForm(self.request.GET or None)
        named = form.cleaned_data["cutoff"] if form.is_bound and form.is_valid() else None
        preview = kept_preview(campaign, named)
        unfinished = next((cycle for cycle in cycles if cycle.ended_at is None), None)
        standing = preview or unfinished
        cutoff = named or (standing.cutoff if standing else last_month_end(today))
        form.fields["cutoff"].initial = cutoff
        return (
            super().get_context_data(**kwargs)
            | {
                "title": _("月次再送付"),
                "campaign": campaign,
                "form": form,
                "cutoff": cutoff,
                "outlook": deadline_outlook(campaign, today=today),
                "preview": preview,
                "whole": not self.staff.branch_code,
                "holds": standing_holds(campaign, self.staff),
                "hold_form": BranchHoldForm(branch_code=self.staff.branch_code, auto_id="hold_%s"),
                "cycles": cycles,
            }
            | (self.counted(preview) if preview else {})
            | (self.so_far(campaign, unfinished) if unfinished else {})
        )

    def so_far(self, campaign: Campaign, cycle: RerouteCycle) -> dict[str, Any]:
        """How far the cycle is that has not come to its end, and the job that is at work on it, with its page for its starter."""
        jobs = Job.objects.filter(kind=REROUTE, subject=str(campaign.public_id), state__in=UNFINISHED)
        return {
            "unfinished": cycle,
            "handled": handled_in(cycle),
            "job": jobs.first(),
            "mine": jobs.filter(started_by=self.staff).exists(),
        }

    def counted(self, preview: ReroutePreview) -> dict[str, Any]:
        """What the look has found, as far as it is the reader's."""
        mine = in_branch(preview.lines.select_related("branch"), self.staff)
        lines = list(mine.order_by("branch", "held", "code"))
        return {
            "moved_on": facts_moved_on(preview),
            "tiles": self.tiles(lines),
            "lines": self.lines(lines),
            "expected": sum(line.envelopes for line in lines if not line.held),
            "changes": self.changes(changes_for(preview, self.staff)),
            "employers": employers_for(preview, self.staff)[:MOST_SHOWN],
        }

    def tiles(self, lines: list[PreviewLine]) -> list[Tile]:
        """The sums."""
        free = [line for line in lines if not line.held]
        going = [line for line in free if not line.code]
        return [
            Tile(_("事業所へ再作成"), sum(line.envelopes for line in going)),
            Tile(_("送付先の事業所"), sum(line.employers for line in going)),
            Tile(_("個別対応"), sum(line.envelopes for line in free if line.code)),
            Tile(_("保留"), sum(line.envelopes for line in lines if line.held)),
        ]

    def lines(self, lines: list[PreviewLine]) -> list[dict[str, object]]:
        """The preview by branch and reason, in words."""
        labels = dict(ExceptionCode.choices)
        return [
            {
                "branch": str(line.branch),
                "what": labels[line.code] if line.code else _("事業所へ再作成"),
                "held": line.held,
                "envelopes": line.envelopes,
            }
            for line in lines
        ]

    def changes(self, rows: QuerySet[PreviewChange]) -> list[dict[str, object]]:
        """What has changed since the posting, by kind, the first of each kind named."""
        counts = dict(rows.order_by("what").values_list("what").annotate(Count("pk")))
        return [
            {"label": label, "count": counts[what], "rows": rows.filter(what=what)[:MOST_SHOWN]}
            for what, label in RerouteChange.choices
            if what in counts
        ]


class _RerouteJob(JobActionView):
    permission = Permission.REROUTE

    def subject(self) -> str:
        return str(current_campaign().public_id)


class RerouteCountView(_RerouteJob):
    """Have a worker count what a cycle would do: of a large campaign that takes longer than a page may."""

    form_class = CutoffForm
    kind = PREVIEW_REROUTE
    task = preview_for_job

    def said(self) -> dict[str, Any]:
        return {"cutoff": self.cleaned_data["cutoff"].isoformat()}

    def back_url(self) -> str:
        page = reverse("returns:reroute-preview")
        return f"{page}?cutoff={self.cleaned_data['cutoff']:%Y-%m-%d}" if self.job else page


class RerouteRunView(_RerouteJob):
    """Commit a cycle: a worker does it, because a month's returns take longer than a page may."""

    form_class = RerouteRunForm
    kind = REROUTE
    task = reroute_for_job

    def said(self) -> dict[str, Any]:
        shown = {name: self.cleaned_data[name] for name in ("expected", "preview")}
        return {"cutoff": self.cleaned_data["cutoff"].isoformat(), **shown}

    def act(self) -> str:
        if self.staff.branch_code:
            raise one_branch_only()
        return super().act()

    def back_url(self) -> str:
        return reverse("returns:reroute-preview")
