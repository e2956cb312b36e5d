"""Who looked at what, for 監査."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from backoffice.filters import AccessLogFilterForm
from backoffice.listing import ListPageView
from backoffice.models import AccessLog
from backoffice.roles import Permission
from backoffice.tables.staff import AccessLogTable

if TYPE_CHECKING:
    from django.db.models import QuerySet


class AccessLogListView(ListPageView[AccessLog]):
    permission = Permission.VIEW_AUDIT
    title = _("閲覧・出力の記録")
    table_class = AccessLogTable
    filter_form_class = AccessLogFilterForm
    empty_title = _("記録はまだありません")
    empty_hint = _("職員が加入者や封筒の情報を閲覧・検索・出力すると、ここに記録されます。")

    def queryset(self) -> QuerySet[AccessLog]:
        return AccessLog.objects.select_related("user").order_by("-pk")
