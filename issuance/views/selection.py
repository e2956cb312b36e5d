from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q
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
from backoffice.services.kept_numbers import read_numbers
from backoffice.tones import tone_of
from issuance.models import RosterImport
from issuance.queries import (
    count_selection,
    current_campaign,
    newest_open_campaign,
    selection_key,
    selection_of,
    selection_rows,
)
from issuance.states import NONDISCLOSURE, NONDISCLOSURE_LABEL, ExclusionReason, Outcome
from issuance.tasks import SELECT_TARGETS, select_for_job
from issuance.views.selection_changes import rejudging_actions

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponseBase

    from issuance.models import Campaign

SELECTION_HEADER = ("insurer_no", "symbol", "number", "edaban", "outcome", "reasons")


def listed_people(**which: str) -> str:
    """The address of the people behind one number."""
    return f"{reverse('issuance:judged-list')}?{urlencode(which)}"


class SelectionSummaryView(PermittedView, TemplateView):
    """対象者判定: how many people have each outcome, and why."""

    permission = Permission.VIEW_SELECTION
    template_name = "issuance/selection_summary.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        campaign = newest_open_campaign()
        page: dict[str, Any] = {"title": _("対象者判定"), "campaign": campaign}
        if campaign is None:
            return super().get_context_data(**kwargs) | page
        taken = read_numbers(counts={selection_key(campaign): lambda: count_selection(campaign)}, at=self.at)[
            selection_key(campaign)
        ]
        page |= {
            "links": self.links(),
            "rosters_waiting": campaign.roster_imports.filter(decision=RosterImport.Decision.WAITING).count(),
            "counting": taken.values is None,
            "taken_at": taken.at,
        }
        numbers = selection_of(taken.values or {}, self.staff.branch_code)
        return super().get_context_data(**kwargs) | page | self.numbers(campaign, numbers, taken.at)

    def numbers(
        self, campaign: Campaign, numbers: dict[str, Counter[str]], taken_at: datetime
    ) -> dict[str, Any]:
        """The outcomes as tiles, the reasons as bars, and what may be done about those who wait."""
        outcomes = numbers.get("outcomes", Counter())
        newer = campaign.roster_imports.filter(
            Q(imported_at__gt=taken_at) | Q(decided_at__gt=taken_at), decision=RosterImport.Decision.ACCEPTED
        )
        waiting = bool(numbers.get("waiting")) or newer.exists()
        return {
            "tiles": [
                Tile(
                    outcome.label,
                    outcomes[outcome.value],
                    url=listed_people(outcome=outcome.value),
                    tone=tone_of(outcome.value),
                )
                for outcome in Outcome
            ],
            "bars": self.bars(numbers.get("reasons", Counter())),
            "waiting": waiting,
            "judged": outcomes.total(),
            "actions": self.actions(waiting=waiting),
        }

    def bars(self, found: Counter[str]) -> list[Bar]:
        """One bar per reason, in the documented order, each leading to its people."""
        labels = [*ExclusionReason.choices, (NONDISCLOSURE, NONDISCLOSURE_LABEL)]
        return [Bar(label, found[reason], url=listed_people(reason=reason)) for reason, label in labels]

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
