"""The table of the accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from backoffice.languages import listed
from backoffice.services.second_factor import needs_second_factor
from backoffice.staff import role_names, staff_name
from backoffice.tables.base import BaseTable
from backoffice.tables.columns import LinkColumn, MomentColumn
from backoffice.templatetags.backoffice import badge
from backoffice.tones import Tone
from japan.insurer_number import branch_name

if TYPE_CHECKING:
    from backoffice.models import User


class UserTable(BaseTable):
    username = LinkColumn(
        "backoffice:user-edit",
        key="pk",
        verbose_name=_("ログイン名"),
        orderable=True,
        order_by=("username", "pk"),
    )
    name = Column(empty_values=(), verbose_name=_("氏名"), attrs={"td": {"class": "nowrap"}})
    roles = Column(verbose_name=_("役割"))
    branch_code = Column(empty_values=(), verbose_name=_("支部"), attrs={"td": {"class": "nowrap"}})
    is_active = Column(verbose_name=_("利用"))
    second_factor = Column(accessor="pk", verbose_name=_("認証アプリ"))
    last_login = MomentColumn(verbose_name=_("最終ログイン"), orderable=True, order_by=("last_login", "pk"))

    class Meta(BaseTable.Meta):
        sequence = ("username", "name", "roles", "branch_code", "is_active", "second_factor", "last_login")

    def render_name(self, record: User) -> str:
        return staff_name(record)

    def render_roles(self, record: User) -> str:
        return listed(role_names(record))

    def render_branch_code(self, value: str) -> str:
        return branch_name(value) if value else str(_("すべて（本部）"))

    def render_second_factor(self, record: User) -> Any:
        if record.second_factor_secret:
            return badge(_("登録済み"), Tone.SUCCESS)
        return badge(_("未登録"), Tone.WAITING) if needs_second_factor(record) else "—"

    def render_is_active(self, value: bool) -> Any:
        return badge(_("利用中"), Tone.SUCCESS) if value else badge(_("停止中"), Tone.STOPPED)
