"""Tables of files that came in and of the rows they were not taken from."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from backoffice.tables.base import BaseTable
from backoffice.tables.columns import MomentColumn, NumberColumn


class IntakeTable(BaseTable):
    """The newest files of one sort; each sort links its name to its own page."""

    file_name = Column(verbose_name=_("ファイル名"))
    imported_at = MomentColumn(verbose_name=_("取込日時"))
    rows = NumberColumn(verbose_name=_("行数"))
    accepted = NumberColumn(verbose_name=_("取込行数"))
    rejected = NumberColumn(verbose_name=_("却下"))

    class Meta(BaseTable.Meta):
        sequence = ("file_name", "imported_at", "rows", "accepted", "rejected")


class RejectTable(BaseTable):
    line = NumberColumn(verbose_name=_("行"))
    column = Column(verbose_name=_("列"), attrs={"td": {"class": "mono"}})
    message = Column(verbose_name=_("却下の理由"))
    shape = Column(verbose_name=_("値の形"), attrs={"td": {"class": "mono"}})
    rule = Column(verbose_name=_("規則"), attrs={"td": {"class": "mono"}})

    class Meta(BaseTable.Meta):
        sequence = ("line", "column", "message", "shape", "rule")
