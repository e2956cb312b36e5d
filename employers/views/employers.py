from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.access import in_branch
from backoffice.listing import ListPageView
from backoffice.pages import DetailPageView
from backoffice.parts import Crumb, Fact
from backoffice.roles import Permission
from employers.filters import EmployerFilterForm
from employers.models import Employer
from employers.queries import MOST_SHOWN, employer_sections
from employers.tables import EmployerTable, TargetListTable
from japan.postal import format_postal_code

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from backoffice.models import User
    from employers.queries import Section


def employers_for(user: User) -> QuerySet[Employer]:
    """The employers the user may know of."""
    return in_branch(Employer.objects.select_related("branch"), user, "branch_id")


class EmployerListView(ListPageView[Employer]):
    permission = Permission.VIEW_EMPLOYERS
    title = gettext_lazy("事業所")
    table_class = EmployerTable
    filter_form_class = EmployerFilterForm
    empty_title = gettext_lazy("事業所はまだ登録されていません")
    empty_hint = gettext_lazy("「取込」で事業所ファイルを取り込むと、ここに表示されます。")

    def queryset(self) -> QuerySet[Employer]:
        return employers_for(self.staff).order_by("branch_id", "symbol", "pk")


class EmployerDetailView(DetailPageView[Employer]):
    permission = Permission.VIEW_EMPLOYERS
    template_name = "employers/employer_detail.html"
    logged_as = "employer-detail"

    def queryset(self) -> QuerySet[Employer]:
        return employers_for(self.staff)

    @cached_property
    def sections(self) -> list[Section]:
        """What other desks know of the employer."""
        return employer_sections(self.object, self.staff)

    def people_shown(self) -> Iterable[UUID]:
        return [person for section in self.sections for person in section.people]

    def page_title(self) -> str:
        return self.object.name

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("事業所"), reverse("employers:employer-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lists = TargetListTable(self.object.target_lists.order_by("-published_at", "-pk"))
        lists.caption = _("対象者一覧表")
        return super().get_context_data(**kwargs) | {
            "facts": self.facts(),
            "lists": lists,
            "sections": self.sections,
            "most_shown": MOST_SHOWN,
        }

    def facts(self) -> list[Fact]:
        """What the newest employer file says."""
        employer = self.object
        return [
            Fact(_("記号"), employer.symbol),
            Fact(_("支部"), employer.branch.name),
            Fact(_("適用状況"), employer.get_status_display()),
            Fact(_("全喪年月日"), employer.ended_on),
            Fact(_("郵便番号"), format_postal_code(employer.postal_code)),
            Fact(_("所在地"), f"{employer.address1} {employer.address2}".strip()),
            Fact(_("送付先部署"), employer.contact),
        ]
