from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from backoffice.access import in_branch
from backoffice.listing import ListPageView
from backoffice.models import AccessLog
from backoffice.parts import Crumb
from backoffice.roles import Permission
from backoffice.services.access_log import log_access
from employers.models import TargetList, TargetListLine
from employers.tables import TargetListLineTable

if TYPE_CHECKING:
    from typing import Any

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse


class TargetListView(ListPageView[TargetListLine]):
    """One version of an employer's 対象者一覧表, as it was published; older ones stay readable."""

    permission = Permission.VIEW_EMPLOYERS
    table_class = TargetListLineTable

    @cached_property
    def target_list(self) -> TargetList:
        """The list in the address, of those the reader may know of."""
        rows = in_branch(TargetList.objects.select_related("employer"), self.staff, "employer__branch_id")
        return get_object_or_404(rows, public_id=self.kwargs["public_id"])

    @property
    def title(self) -> str:  # type: ignore[override]
        """The version and its reference date; the employer's name is in the way back."""
        return _("対象者一覧表（第%(version)d版、%(day)s 時点）") % {
            "version": self.target_list.version,
            "day": self.target_list.as_of.isoformat(),
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The lines; the look is logged."""
        log_access(
            user=self.staff,
            action=AccessLog.Action.VIEW,
            screen="target-list",
            subject=str(self.target_list.public_id),
            at=self.at,
        )
        return super().get(request, *args, **kwargs)

    def queryset(self) -> QuerySet[TargetListLine]:
        return self.target_list.lines.order_by("position", "pk")

    def total(self) -> int:
        return self.target_list.line_count

    def crumbs(self) -> list[Crumb]:
        employer = self.target_list.employer
        page = reverse("employers:employer-detail", kwargs={"public_id": employer.public_id})
        return [Crumb(_("事業所"), reverse("employers:employer-list")), Crumb(employer.name, page)]
