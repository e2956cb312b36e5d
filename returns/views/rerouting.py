from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from backoffice.access import PermittedView
from backoffice.pages import ActionView
from backoffice.parts import Tile
from backoffice.roles import Permission
from employers.models import Branch
from issuance.queries import current_campaign
from returns.forms import CutoffForm
from returns.models import RerouteCycle
from returns.services import BranchPreview, preview_reroute, reroute
from returns.states import ExceptionCode


def last_month_end(today: date) -> date:
    """The last day of the month before, the usual cut-off."""
    year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    return date(year, month, monthrange(year, month)[1])


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
        return super().get_context_data(**kwargs) | {
            "title": _("月次再送付"),
            "campaign": campaign,
            "form": form,
            "cutoff": cutoff,
            "tiles": self.tiles(lines),
            "lines": self.lines(lines),
            "cycles": RerouteCycle.objects.filter(campaign=campaign).order_by("-number"),
        }

    def tiles(self, lines: list[BranchPreview]) -> list[Tile]:
        """The sums."""
        going = [line for line in lines if not line.code]
        return [
            Tile(_("事業所へ再作成"), sum(line.envelopes for line in going)),
            Tile(_("送付先の事業所"), sum(line.employers for line in going)),
            Tile(_("個別対応"), sum(line.envelopes for line in lines if line.code)),
        ]

    def lines(self, lines: list[BranchPreview]) -> list[dict[str, object]]:
        """The preview by branch and reason, in words."""
        names = dict(Branch.objects.values_list("code", "name"))
        labels = dict(ExceptionCode.choices)
        return [
            {
                "branch": names[line.branch_code],
                "what": labels[line.code] if line.code else _("事業所へ再作成"),
                "envelopes": line.envelopes,
            }
            for line in lines
        ]


class RerouteRunView(ActionView):
    """Commit a cycle."""

    permission = Permission.REROUTE
    form_class = CutoffForm

    def act(self) -> str:
        counts = reroute(
            campaign=current_campaign(),
            cutoff=self.cleaned_data["cutoff"],
            max_envelopes=None,
            at=self.at,
            by=self.staff,
        )
        return _("再作成 %(rerouted)d通、個別対応 %(exceptions)d通、事業所 %(employers)d件です。") % {
            "rerouted": counts.rerouted,
            "exceptions": counts.exceptions,
            "employers": counts.employers,
        }

    def next_url(self) -> str:
        return reverse("returns:reroute-preview")
