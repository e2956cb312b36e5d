from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from backoffice.access import in_branch
from backoffice.pages import ActionView
from backoffice.roles import Permission
from issuance.queries import current_campaign
from returns.forms import BranchHoldForm
from returns.models import RerouteHold
from returns.services import hold_branch, lift_hold

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from backoffice.models import User
    from issuance.models import Campaign


def standing_holds(campaign: Campaign, user: User) -> QuerySet[RerouteHold]:
    """The holds of branches the user may know of."""
    rows = RerouteHold.objects.filter(campaign=campaign, lifted_at__isnull=True, branch__isnull=False)
    return in_branch(rows.select_related("branch", "held_by"), user).order_by("branch")


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
