from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.access import in_branch
from backoffice.listing import ListPageView
from backoffice.pages import ActionView
from backoffice.parts import Link
from backoffice.roles import Permission
from issuance.queries import current_campaign
from returns.filters import ExceptionFilterForm
from returns.forms import ExceptionBulkForm
from returns.models import DeliveryException
from returns.services import resolve_in_bulk, work_in_bulk
from returns.states import ExceptionCode
from returns.tables import ExceptionTable
from returns.views.work import with_age, work_tiles, workers_for

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

    from backoffice.models import User


def exceptions_for(user: User) -> QuerySet[DeliveryException]:
    """The exceptions of the current campaign the user may see; 不開示 ones only with their own permission."""
    rows = DeliveryException.objects.filter(event__envelope__campaign=current_campaign())
    if not user.may(Permission.VIEW_NONDISCLOSED):
        rows = rows.exclude(code=ExceptionCode.NONDISCLOSURE)
    return in_branch(
        rows.select_related("event__envelope__branch", "owner"), user, "event__envelope__branch_id"
    )


class ExceptionListView(ListPageView[DeliveryException]):
    permission = Permission.WORK_EXCEPTIONS
    title = gettext_lazy("例外")
    template_name = "returns/exception_list.html"
    table_class = ExceptionTable
    filter_form_class = ExceptionFilterForm
    empty_title = gettext_lazy("個別対応が必要な封筒はありません")
    empty_hint = gettext_lazy("月次再送付で事業所に送れない封筒があると、ここに表示されます。")

    def queryset(self) -> QuerySet[DeliveryException]:
        rows = with_age(exceptions_for(self.staff), since="opened_at", at=self.at)
        return rows.order_by("state", "due_on", "pk")

    def filter_options(self) -> dict[str, Any]:
        return {"reader": self.staff, "today": timezone.localdate(self.at)}

    def links(self) -> list[Link]:
        return [Link(_("不明の還付"), reverse("returns:unknown-list"))]

    def get_context_data(self, *, data: QueryDict, **kwargs: Any) -> dict[str, Any]:
        tiles = work_tiles(
            exceptions_for(self.staff),
            since="opened_at",
            here=reverse("returns:exception-list"),
            at=self.at,
            reader=self.staff,
        )
        page = {
            "tiles": tiles,
            "bulk_form": bulk_form(self.staff),
            "bulk_url": reverse("returns:exception-bulk"),
        }
        return super().get_context_data(data=data, **kwargs) | page


def bulk_form(user: User, **data: Any) -> ExceptionBulkForm:
    """The form under the list; it accepts what the user may see and nobody else."""
    return ExceptionBulkForm(staff=workers_for(user), rows=exceptions_for(user), auto_id="bulk_%s", **data)


class ExceptionBulkView(ActionView):
    """The same step for every ticked exception."""

    permission = Permission.WORK_EXCEPTIONS
    form_class = ExceptionBulkForm

    def get_form_kwargs(self) -> dict[str, Any]:
        options = {"staff": workers_for(self.staff), "rows": exceptions_for(self.staff)}
        return super().get_form_kwargs() | options

    def act(self) -> str:
        picked, note = self.cleaned_data["picked"], self.cleaned_data["note"]
        if resolution := self.cleaned_data["resolution"]:
            done = resolve_in_bulk(
                exceptions=picked, resolution=resolution, note=note, at=self.at, by=self.staff
            )
            return _("%(count)d件の対応を完了しました。") % {"count": done}
        changed = work_in_bulk(
            exceptions=picked,
            owner=self.cleaned_data["owner"],
            due_on=self.cleaned_data["due_on"],
            note=note,
            at=self.at,
            by=self.staff,
        )
        return _("%(count)d件を変更しました。") % {"count": changed}

    def next_url(self) -> str:
        return reverse("returns:exception-list")
