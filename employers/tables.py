"""Tables of employers and the lists they were sent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from backoffice.masking import covered_number
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
    version = LinkColumn("employers:target-list", verbose_name=_("版"))
    as_of = DateColumn(verbose_name=_("基準日"))
    published_at = MomentColumn(verbose_name=_("作成日時"))
    line_count = NumberColumn(verbose_name=_("人数"))
    card_count = NumberColumn(verbose_name=_("枚数"))

    class Meta(BaseTable.Meta):
        sequence = ("version", "as_of", "published_at", "line_count", "card_count")


class TargetListLineTable(BaseTable):
    position = NumberColumn(verbose_name=_("順"))
    number = Column(verbose_name=_("番号"), attrs={"td": {"class": "mono"}})
    insured_name = Column(verbose_name=_("被保険者氏名"))
    card_count = NumberColumn(verbose_name=_("枚数"))

    class Meta(BaseTable.Meta):
        sequence = ("position", "number", "insured_name", "card_count")

    def render_number(self, value: str) -> str:
        return covered_number(value)

    def value_number(self, value: str) -> str:
        """Whole in the file, which is what the employer is sent."""
        return value
