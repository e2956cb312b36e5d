from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.listing import ListPageView
from backoffice.models import AccessLog
from backoffice.parts import Crumb
from backoffice.roles import Permission
from issuance.models import InsuredPerson
from issuance.queries import people_for
from mailing.tables import LeftOutTable
from mailing.views.approval_facts import REASONS
from mailing.views.printed import OfBatch

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

    from backoffice.filters import FilterForm


class BatchLeftOutView(ListPageView[InsuredPerson], OfBatch):
    """The people of a batch's branch who were left out for one reason."""

    permission = Permission.VIEW_SELECTION
    table_class = LeftOutTable
    empty_title = gettext_lazy("この理由で除いた方はいません")

    def queryset(self) -> QuerySet[InsuredPerson]:
        batch = self.batch
        rows = people_for(self.staff, batch.campaign).filter(household__branch=batch.branch)
        rows = rows.filter(selection__reasons__contains=[self.kwargs["reason"]])
        return rows.select_related("household", "selection").order_by("household_id", "edaban", "pk")

    def get_context_data(self, *, data: QueryDict, **kwargs: Any) -> dict[str, Any]:
        """The list; whom it shows is logged."""
        reason = REASONS.get(self.kwargs["reason"])
        if reason is None:
            raise Http404(_("この理由はありません。"))
        self.title = _("除いた方：%(reason)s") % {"reason": reason}
        page = super().get_context_data(data=data, **kwargs)
        self.note_people([row.record for row in page["table"].page.object_list])
        return page

    def taken_away(self, rows: list[InsuredPerson], form: FilterForm | None) -> None:
        """Whom a file shows is logged, too."""
        self.note_people(rows)

    def note_people(self, rows: list[InsuredPerson]) -> None:
        """Write to the access log whom the list shows."""
        people = [person.public_id for person in rows]
        self.note(AccessLog.Action.SEARCH, "batch-left-out", self.batch.number, people)

    def crumbs(self) -> list[Crumb]:
        number = self.batch.number
        return [
            Crumb(_("印刷バッチ"), reverse("mailing:batch-list")),
            Crumb(number, reverse("mailing:batch-detail", kwargs={"number": number})),
        ]
