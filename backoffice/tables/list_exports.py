"""Tables of 書き出し."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from backoffice.tables.base import BaseTable
from backoffice.tables.columns import LinkColumn, MomentColumn, NumberColumn
from backoffice.templatetags.backoffice import badge
from backoffice.tones import Tone, tone_of

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from backoffice.models import ListExport


class ListExportTable(BaseTable):
    title = LinkColumn("backoffice:export-detail", verbose_name=_("一覧"))
    asked_at = MomentColumn(verbose_name=_("依頼日時"))
    state = Column(verbose_name=_("状態"), empty_values=())
    rows = NumberColumn(verbose_name=_("行数"))
    misfit_count = NumberColumn(verbose_name=_("表せない文字"))
    keep_until = MomentColumn(verbose_name=_("保存期限"))

    class Meta(BaseTable.Meta):
        sequence = ("title", "asked_at", "state", "rows", "misfit_count", "keep_until")

    def render_state(self, record: ListExport) -> SafeString:
        """How far it is, or that it is gone."""
        if record.removed_at:
            return badge(gettext("削除済み"), Tone.NEUTRAL)
        assert record.job is not None
        return badge(record.job.get_state_display(), tone_of(record.job.state))


class MisfitTable(BaseTable):
    """Cells with characters that the encoding does not have; the characters as code points."""

    line = NumberColumn(verbose_name=_("行"))
    column = Column(verbose_name=_("列"))
    points = Column(verbose_name=_("文字"), attrs={"td": {"class": "mono"}})

    class Meta(BaseTable.Meta):
        sequence = ("line", "column", "points")
