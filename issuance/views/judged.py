from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.listing import ListPageView, up_to_a_thousand
from backoffice.models import AccessLog
from backoffice.parts import Crumb
from backoffice.roles import Permission
from backoffice.services.access_log import log_access
from issuance.forms import JudgedFilterForm
from issuance.models import InsuredPerson
from issuance.queries import current_campaign, people_for, people_out_of_sight
from issuance.tables import JudgedTable

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

    from backoffice.filters import FilterForm
    from issuance.models import Campaign


class JudgedListView(ListPageView[InsuredPerson]):
    """判定ごとの加入者: who is behind the numbers of the selection; whom the list shows is logged."""

    permission = Permission.VIEW_SELECTION
    title = gettext_lazy("判定ごとの加入者")
    table_class = JudgedTable
    filter_form_class = JudgedFilterForm
    empty_title = gettext_lazy("加入者はまだ取り込まれていません")
    empty_hint = gettext_lazy("「取込」で加入者ファイルを取り込むと表示されます。")

    @cached_property
    def campaign(self) -> Campaign:
        """The campaign whose people are listed."""
        return current_campaign()

    def queryset(self) -> QuerySet[InsuredPerson]:
        people = people_for(self.staff, self.campaign)
        return people.select_related("household__branch", "selection").order_by("pk")

    def filter_options(self) -> dict[str, Any]:
        return {"of_one_branch": bool(self.staff.branch_code)}

    def out_of_sight(self, form: FilterForm | None) -> int:
        if form is None:
            return 0
        return up_to_a_thousand(form.apply(people_out_of_sight(self.staff, self.campaign)))

    def get_context_data(self, *, data: QueryDict, **kwargs: Any) -> dict[str, Any]:
        """The list; whom it shows is logged."""
        page = super().get_context_data(data=data, **kwargs)
        self.note_people([row.record for row in page["table"].page.object_list])
        return page

    def taken_away(self, rows: list[InsuredPerson], form: FilterForm | None) -> None:
        """Whom a file shows is logged, too."""
        self.note_people(rows)

    def note_people(self, rows: list[InsuredPerson]) -> None:
        """Write to the access log whom the list shows."""
        people = [person.public_id for person in rows]
        log_access(
            user=self.staff, action=AccessLog.Action.SEARCH, screen="judged-list", people=people, at=self.at
        )

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("対象者判定"), reverse("issuance:selection-summary"))]
