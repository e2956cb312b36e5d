"""Tables of employers and the lists they were sent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backoffice.tables import BaseTable, Column, DateColumn, LinkColumn, MomentColumn, NumberColumn


class EmployerTable(BaseTable):
    name = LinkColumn("employers:employer-detail", verbose_name=_("事業所名称"))
    symbol = Column(verbose_name=_("記号"))
    branch = Column(verbose_name=_("支部"))
    address = Column(accessor="address1", verbose_name=_("所在地"))
    status = Column(verbose_name=_("適用状況"))

    class Meta(BaseTable.Meta):
        sequence = ("name", "symbol", "branch", "address", "status")


class TargetListTable(BaseTable):
    version = NumberColumn(verbose_name=_("版"))
    as_of = DateColumn(verbose_name=_("基準日"))
    published_at = MomentColumn(verbose_name=_("作成日時"))
    line_count = NumberColumn(verbose_name=_("人数"))
    card_count = NumberColumn(verbose_name=_("枚数"))

    class Meta(BaseTable.Meta):
        sequence = ("version", "as_of", "published_at", "line_count", "card_count")
