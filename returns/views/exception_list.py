from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Count, DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import ExtractDay
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.access import in_branch
from backoffice.listing import ListPageView
from backoffice.models import User
from backoffice.pages import ActionView
from backoffice.parts import Link, Tile
from backoffice.roles import PERMISSIONS, Permission
from backoffice.tones import Tone
from issuance.queries import current_campaign
from returns.filters import ExceptionFilterForm, Whose
from returns.forms import ExceptionBulkForm
from returns.models import DeliveryException
from returns.services import resolve_in_bulk, work_in_bulk
from returns.states import ExceptionCode, ExceptionState
from returns.tables import ExceptionTable

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django.http import QueryDict


def exceptions_for(user: User) -> QuerySet[DeliveryException]:
    """The exceptions of the current campaign the user may see; 不開示 ones only with their own permission."""
    rows = DeliveryException.objects.filter(event__envelope__campaign=current_campaign())
    if not user.may(Permission.VIEW_NONDISCLOSED):
        rows = rows.exclude(code=ExceptionCode.NONDISCLOSURE)
    return in_branch(
        rows.select_related("event__envelope__branch", "owner"), user, "event__envelope__branch_id"
    )


def workers_for(user: User) -> QuerySet[User]:
    """Who an exception the user may see can be given to: staff of everywhere or of the user's branch."""
    roles = [role.value for role, allowed in PERMISSIONS.items() if Permission.WORK_EXCEPTIONS in allowed]
    rows = User.objects.filter(is_active=True, roles__overlap=roles).order_by("username")
    return rows.filter(branch_code__in=["", user.branch_code]) if user.branch_code else rows


class ExceptionListView(ListPageView[DeliveryException]):
    permission = Permission.WORK_EXCEPTIONS
    title = gettext_lazy("例外")
    template_name = "returns/exception_list.html"
    table_class = ExceptionTable
    filter_form_class = ExceptionFilterForm
    empty_title = gettext_lazy("個別対応が必要な封筒はありません")
    empty_hint = gettext_lazy("月次再送付で事業所に送れない封筒があると、ここに表示されます。")

    @property
    def today(self) -> date:
        """The day of the request in Japan."""
        return timezone.localdate(self.at)

    def queryset(self) -> QuerySet[DeliveryException]:
        late = Q(state=ExceptionState.OPEN, due_on__lt=self.today)
        rows = exceptions_for(self.staff).annotate(
            age=ExtractDay(ExpressionWrapper(Value(self.at) - F("opened_at"), output_field=DurationField())),
            late=ExpressionWrapper(late, output_field=BooleanField()),
        )
        return rows.order_by("state", "due_on", "pk")

    def filter_options(self) -> dict[str, Any]:
        return {"reader": self.staff, "today": self.today}

    def links(self) -> list[Link]:
        return [Link(_("不明の還付"), reverse("returns:unknown-list"))]

    def get_context_data(self, *, data: QueryDict, **kwargs: Any) -> dict[str, Any]:
        page = {"tiles": self.tiles(), "bulk_form": bulk_form(self.staff)}
        return super().get_context_data(data=data, **kwargs) | page

    def tiles(self) -> list[Tile]:
        """How much waits, how long, and for whom."""
        rows, month = (
            exceptions_for(self.staff).filter(state=ExceptionState.OPEN),
            self.at - timedelta(days=30),
        )
        counts = rows.aggregate(
            open=Count("pk"),
            late=Count("pk", filter=Q(due_on__lt=self.today)),
            nobody=Count("pk", filter=Q(owner__isnull=True)),
            mine=Count("pk", filter=Q(owner=self.staff)),
            old=Count("pk", filter=Q(opened_at__lt=month)),
        )
        here = reverse("returns:exception-list")
        return [
            Tile(_("未対応"), counts["open"], url=f"{here}?state=open"),
            Tile(
                _("期限切れ"),
                counts["late"],
                url=f"{here}?whose={Whose.OVERDUE.value}",
                tone=_alarm(counts["late"]),
            ),
            Tile(_("30日を超えるもの"), counts["old"], tone=_alarm(counts["old"])),
            Tile(_("担当なし"), counts["nobody"], url=f"{here}?whose={Whose.NOBODY.value}"),
            Tile(_("自分の担当"), counts["mine"], url=f"{here}?whose={Whose.MINE.value}&state=open"),
        ]


def _alarm(count: int) -> Tone:
    return Tone.DANGER if count else Tone.NEUTRAL


def bulk_form(user: User, **data: Any) -> ExceptionBulkForm:
    """The form under the list; it accepts what the user may see and nobody else."""
    return ExceptionBulkForm(
        staff=workers_for(user), exceptions=exceptions_for(user), auto_id="bulk_%s", **data
    )


class ExceptionBulkView(ActionView):
    """The same step for every ticked exception."""

    permission = Permission.WORK_EXCEPTIONS
    form_class = ExceptionBulkForm

    def get_form_kwargs(self) -> dict[str, Any]:
        options = {"staff": workers_for(self.staff), "exceptions": exceptions_for(self.staff)}
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
