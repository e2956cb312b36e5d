from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from backoffice.access import PermittedView
from backoffice.charts import Bar
from backoffice.csv_response import csv_response
from backoffice.job_pages import JobActionView
from backoffice.models import AccessLog
from backoffice.parts import Action, Link, Tile
from backoffice.roles import Permission
from backoffice.services.access_log import log_access
from backoffice.tones import tone_of
from issuance.models import InsuredPerson, RosterImport
from issuance.queries import (
    current_campaign,
    newest_open_campaign,
    outcome_counts,
    reason_counts,
    selection_rows,
)
from issuance.states import NONDISCLOSURE, NONDISCLOSURE_LABEL, ExclusionReason, Outcome
from issuance.tasks import SELECT_TARGETS, select_for_job
from issuance.views.selection_changes import rejudging_actions

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

    from issuance.models import Campaign

SELECTION_HEADER = ("insurer_no", "symbol", "number", "edaban", "outcome", "reasons")


class SelectionSummaryView(PermittedView, TemplateView):
    """対象者判定: how many people have each outcome, and why."""

    permission = Permission.VIEW_SELECTION
    template_name = "issuance/selection_summary.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        campaign = newest_open_campaign()
        page = {"title": _("対象者判定"), "campaign": campaign}
        if campaign is None:
            return super().get_context_data(**kwargs) | page
        branch = self.staff.branch_code
        counts = outcome_counts(campaign, branch_code=branch)
        people = InsuredPerson.objects.filter(household__campaign=campaign)
        unjudged = people.filter(selection__isnull=True)
        waiting = unjudged.filter(source__decision=RosterImport.Decision.ACCEPTED).exists()
        return (
            super().get_context_data(**kwargs)
            | page
            | {
                "links": self.links(),
                "rosters_waiting": campaign.roster_imports.filter(
                    decision=RosterImport.Decision.WAITING
                ).count(),
                "counts": counts,
                "tiles": [
                    Tile(outcome.label, counts[outcome.value], tone=tone_of(outcome.value))
                    for outcome in Outcome
                ],
                "bars": self.bars(campaign, branch),
                "waiting": waiting,
                "judged": sum(counts.values()),
                "actions": self.actions(waiting=waiting),
            }
        )

    def bars(self, campaign: Campaign, branch: str) -> list[Bar]:
        """One bar per reason, in the documented order."""
        found = reason_counts(campaign, branch_code=branch)
        labels = [*ExclusionReason.choices, (NONDISCLOSURE, NONDISCLOSURE_LABEL)]
        return [Bar(label, found.get(reason, 0)) for reason, label in labels]

    def links(self) -> list[Link]:
        """The result as a file."""
        return [
            Link(_("判定の後に変わった方"), reverse("issuance:selection-changes")),
            Link(_("判定結果をCSVで保存"), reverse("issuance:selection-export")),
        ]

    def actions(self, *, waiting: bool) -> list[Action]:
        """Judging, where there is somebody to be judged."""
        if not self.staff.may(Permission.SELECT_TARGETS):
            return []
        idle = "" if waiting else _("判定を待っている方はいません。")
        judge = Action(
            _("対象者を判定する"),
            reverse("issuance:selection-run"),
            primary=True,
            disabled_because=idle,
            hint=_("まだ判定していない方だけを判定します。"),
        )
        return [judge, *rejudging_actions(current_campaign(), self.staff)]


class SelectionRunView(JobActionView):
    """Let a worker judge everyone who waits for it."""

    permission = Permission.SELECT_TARGETS
    kind = SELECT_TARGETS
    task = select_for_job

    def subject(self) -> str:
        return str(current_campaign().public_id)

    def back_url(self) -> str:
        return reverse("issuance:selection-summary")


class SelectionExportView(PermittedView):
    """Everybody's outcome with all reasons; every download is logged."""

    permission = Permission.VIEW_SELECTION
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The file."""
        campaign = current_campaign()
        log_access(
            user=self.staff,
            action=AccessLog.Action.EXPORT,
            screen="selection-export",
            subject=campaign.code,
            at=self.at,
        )
        rows = selection_rows(campaign, branch_code=self.staff.branch_code)
        return csv_response("selection", SELECTION_HEADER, rows)
