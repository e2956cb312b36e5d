from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.access import in_branch
from backoffice.listing import ListPageView
from backoffice.pages import ActionView, DetailPageView
from backoffice.parts import Action, Crumb, Fact
from backoffice.roles import Permission
from backoffice.staff import staff_name
from issuance.queries import current_campaign
from returns.filters import ExceptionFilterForm
from returns.forms import ExceptionResolveForm
from returns.models import DeliveryException
from returns.services import assign_exception, resolve_exception
from returns.states import ExceptionCode, ExceptionState
from returns.tables import ExceptionTable

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from backoffice.models import User


def exceptions_for(user: User) -> QuerySet[DeliveryException]:
    """The exceptions of the current campaign the user may see; 不開示 ones only with their own permission."""
    rows = DeliveryException.objects.filter(event__envelope__campaign=current_campaign())
    if not user.may(Permission.VIEW_NONDISCLOSED):
        rows = rows.exclude(code=ExceptionCode.NONDISCLOSURE)
    return in_branch(
        rows.select_related("event__envelope__branch", "owner"), user, "event__envelope__branch_id"
    )


NEXT_STEPS = {
    ExceptionCode.VOLUNTARY: gettext_lazy(
        "支部からご本人に送付先を確認し、支部から送付するか、窓口でお渡しください。"
    ),
    ExceptionCode.EMPLOYER_CLOSED: gettext_lazy(
        "事業所は全喪しています。支部からご本人に送付先を確認してください。"
    ),
    ExceptionCode.LOST: gettext_lazy(
        "全員が資格を喪失しています。還付された資格確認書の廃棄を確認してください。"
    ),
    ExceptionCode.REFUSED: gettext_lazy("受取を拒絶されています。支部からご本人の意向を確認してください。"),
    ExceptionCode.NONDISCLOSURE: gettext_lazy(
        "不開示の申出があります。権限のある職員が個別に対応してください。"
    ),
    ExceptionCode.EMPLOYER_RETURNED: gettext_lazy(
        "事業所宛の封筒が還付されました。事業所の所在地を確認してください。"
    ),
    ExceptionCode.NO_EMPLOYER: gettext_lazy(
        "事業所が分かりません。支部からご本人に送付先を確認してください。"
    ),
}


class ExceptionListView(ListPageView[DeliveryException]):
    permission = Permission.WORK_EXCEPTIONS
    title = gettext_lazy("例外")
    table_class = ExceptionTable
    filter_form_class = ExceptionFilterForm
    empty_title = gettext_lazy("個別対応が必要な封筒はありません")
    empty_hint = gettext_lazy("月次再送付で事業所に送れない封筒があると、ここに表示されます。")

    def queryset(self) -> QuerySet[DeliveryException]:
        return exceptions_for(self.staff).order_by("state", "due_on", "pk")


class ExceptionDetailView(DetailPageView[DeliveryException]):
    permission = Permission.WORK_EXCEPTIONS
    template_name = "returns/exception_detail.html"
    logged_as = "exception-detail"

    def queryset(self) -> QuerySet[DeliveryException]:
        return exceptions_for(self.staff).select_related("resolved_by")

    def page_title(self) -> str:
        return _("例外 %(piece_no)s") % {"piece_no": self.object.event.envelope.piece_no}

    def crumbs(self) -> list[Crumb]:
        return [Crumb(_("例外"), reverse("returns:exception-list"))]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "facts": self.facts(),
            "actions": self.actions(),
            "next_step": NEXT_STEPS[ExceptionCode(self.object.code)],
        }

    def facts(self) -> list[Fact]:
        """What is known of the exception."""
        found = self.object
        return [
            Fact(_("理由"), found.get_code_display()),
            Fact(_("支部"), found.event.envelope.branch.name),
            Fact(_("還付理由"), found.event.get_reason_display()),
            Fact(_("還付日"), found.event.returned_on),
            Fact(_("期限"), found.due_on),
            Fact(_("担当"), staff_name(found.owner)),
            Fact(_("結果"), found.get_resolution_display()),
            Fact(_("経過"), found.note),
        ]

    def actions(self) -> list[Action]:
        """What can be done while it is open."""
        if self.object.state != ExceptionState.OPEN:
            return []
        keys = {"public_id": self.object.public_id}
        form = ExceptionResolveForm(auto_id="resolve_%s")
        resolve = Action(
            _("対応を完了する"), reverse("returns:exception-resolve", kwargs=keys), form=form, primary=True
        )
        if self.object.owner_id == self.staff.pk:
            return [resolve]
        return [Action(_("自分が担当する"), reverse("returns:exception-take", kwargs=keys)), resolve]


class _ExceptionAction(ActionView):
    permission = Permission.WORK_EXCEPTIONS

    def exception(self) -> DeliveryException:
        """The exception the button belongs to."""
        return get_object_or_404(exceptions_for(self.staff), public_id=self.kwargs["public_id"])

    def next_url(self) -> str:
        return reverse("returns:exception-detail", kwargs=self.kwargs)


class ExceptionTakeView(_ExceptionAction):
    def act(self) -> str:
        assign_exception(exception=self.exception(), owner=self.staff, by=self.staff)
        return _("担当になりました。")


class ExceptionResolveView(_ExceptionAction):
    form_class = ExceptionResolveForm

    def act(self) -> str:
        resolve_exception(exception=self.exception(), at=self.at, by=self.staff, **self.cleaned_data)
        return _("対応を完了しました。")
