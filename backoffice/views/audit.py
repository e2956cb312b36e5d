"""監査: who looked at what, what was changed, what is unusual, what happened in a month."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from backoffice.access import PermittedView
from backoffice.filters import AccessLogFilterForm, ChangeFilterForm
from backoffice.languages import listed
from backoffice.listing import ListPageView
from backoffice.models import AccessLog, AuditSeal, Change, Transition, User
from backoffice.parts import Crumb, Fact, Link
from backoffice.queries.audit import (
    accesses,
    daily_counts,
    month_range,
    monthly_counts,
    seen_by_many,
    volumes,
)
from backoffice.queries.audit_subjects import subject_names
from backoffice.roles import Permission
from backoffice.services.audit_chain import chain_heads
from backoffice.staff import role_names, staff_name
from backoffice.tables.audit import (
    AccessLogTable,
    ChangeTable,
    DailyTable,
    MonthTable,
    TransitionTable,
    VolumeTable,
)
from japan.insurer_number import branch_name

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import QueryDict

NEWEST = 20


def audit_links() -> list[Link]:
    """The desks of 監査, side by side."""
    return [
        Link(_("変更の履歴"), reverse("backoffice:change-list")),
        Link(_("閲覧の量"), reverse("backoffice:volumes")),
        Link(_("月次報告"), reverse("backoffice:monthly-report")),
    ]


class AccessLogListView(ListPageView[AccessLog]):
    permission = Permission.VIEW_AUDIT
    title = _("閲覧・出力の記録")
    table_class = AccessLogTable
    filter_form_class = AccessLogFilterForm
    empty_title = _("記録はまだありません")
    empty_hint = _("職員が加入者や封筒の情報を閲覧・検索・出力すると、ここに記録されます。")

    def queryset(self) -> QuerySet[AccessLog]:
        return AccessLog.objects.select_related("user").order_by("-pk")

    def links(self) -> list[Link]:
        return audit_links()


class AuditPage(PermittedView):
    """What the pages beside the access log share."""

    permission = Permission.VIEW_AUDIT

    def crumbs(self) -> list[Crumb]:
        """Back to the access log."""
        return [Crumb(_("閲覧・出力の記録"), reverse("backoffice:access-log-list"))]


class ChangeListView(AuditPage, ListPageView[Change]):
    title = _("変更の履歴")
    table_class = ChangeTable
    filter_form_class = ChangeFilterForm
    empty_title = _("変更はまだありません")
    empty_hint = _("登録されたデータが変更・削除されると、方法を問わずここに残ります。")

    def queryset(self) -> QuerySet[Change]:
        return Change.objects.select_related("by").order_by("-pk")

    def get_context_data(self, *, data: QueryDict, **kwargs: Any) -> dict[str, Any]:
        """The list, its records by their public numbers."""
        page = super().get_context_data(data=data, **kwargs)
        table = page["table"]
        table.names = subject_names([row.record for row in table.page.object_list])
        return page


class StaffActivityView(AuditPage, TemplateView):
    """What one member of staff did."""

    template_name = "backoffice/staff_activity.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = get_object_or_404(User, pk=self.kwargs["pk"])
        url = f"{reverse('backoffice:access-log-list')}?username={user.username}"
        days = DailyTable(daily_counts(user, until=timezone.localdate(self.at)))
        looks = AccessLog.objects.filter(user=user).select_related("user").order_by("-pk")[:NEWEST]
        moves = TransitionTable(list(Transition.objects.filter(by=user).order_by("-pk")[:NEWEST]))
        rows = Change.objects.filter(by=user).select_related("by").order_by("-pk")
        changes = ChangeTable(list(rows[:NEWEST]), exclude=("by",))
        for table in (moves, changes):
            table.names = subject_names([row.record for row in table.rows])
        return super().get_context_data(**kwargs) | {
            "title": staff_name(user),
            "crumbs": self.crumbs(),
            "links": [Link(_("閲覧・出力をすべて見る"), url)],
            "facts": [
                Fact(_("ログイン名"), user.username),
                Fact(_("役割"), listed(role_names(user)) or "—"),
                Fact(_("支部"), branch_name(user.branch_code) if user.branch_code else _("すべて（本部）")),
                Fact(_("最終ログイン"), user.last_login),
            ],
            "days": days,
            "looks": AccessLogTable(looks, exclude=("user",)),
            "moves": moves,
            "changes": changes,
        }


class VolumesView(AuditPage, TemplateView):
    """How much everybody looked at on one day, measured by what is usual for them."""

    template_name = "backoffice/volumes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        day = day_of(self.request.GET.get("day", "")) or timezone.localdate(self.at)
        table = VolumeTable(volumes(day))
        table.caption = _("職員ごとの閲覧の量")
        page = {"title": gettext("閲覧の量"), "crumbs": self.crumbs(), "day": day, "table": table}
        return super().get_context_data(**kwargs) | page | {"crowds": seen_by_many(day)}


class MonthlyReportView(AuditPage, TemplateView):
    """The report for the privacy officer; it prints, and carries the newest seals."""

    template_name = "backoffice/monthly_report.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate(self.at)
        month = day_of(f"{self.request.GET.get('month', '')}-01") or today.replace(day=1)
        begin, end = month_range(month)
        reasoned = accesses(begin, end).filter(action__in=[AccessLog.Action.EXPORT, AccessLog.Action.REVEAL])
        rows = reasoned.exclude(subject="").select_related("user").order_by("pk")[:200]
        staff = MonthTable([{"user": user, **counts} for user, counts in monthly_counts(month)])
        streams = dict(AuditSeal.Stream.choices)
        return super().get_context_data(**kwargs) | {
            "title": gettext("月次報告"),
            "crumbs": self.crumbs(),
            "month": month,
            "staff": staff,
            "taken": AccessLogTable(rows),
            "heads": [(streams[stream], stream, number, digest) for stream, number, digest in chain_heads()],
            "made_at": self.at,
        }


def day_of(text: str) -> date | None:
    """A day as a date field of the browser sends it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
