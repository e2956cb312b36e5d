"""Tables of 監査: looks, moves, changes and how much of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from backoffice.audit_words import column_changes, entity_name, screen_name, state_name
from backoffice.languages import listed
from backoffice.staff import staff_name
from backoffice.tables.base import BaseTable
from backoffice.tables.columns import DateColumn, MomentColumn, NumberColumn
from backoffice.templatetags.backoffice import badge
from backoffice.tones import Tone, tone_of

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from backoffice.models import AccessLog, Change, Transition, User
    from backoffice.queries.audit import Volume
    from backoffice.queries.audit_subjects import Names

_MONO, _SHORT = {"td": {"class": "mono"}}, {"td": {"class": "nowrap"}}


class StaffColumn(Column):
    """A member of staff, leading to what they did; the database itself where nobody is named."""

    def render(self, value: User) -> SafeString:
        return format_html(
            '<a href="{}">{}（{}）</a>',
            reverse("backoffice:staff-activity", args=[value.pk]),
            staff_name(value),
            value.username,
        )


class AccessLogTable(BaseTable):
    at = MomentColumn(verbose_name=_("日時"))
    user = StaffColumn(verbose_name=_("職員"))
    action = Column(verbose_name=_("操作"), attrs=_SHORT)
    screen = Column(verbose_name=_("画面"))
    subject = Column(verbose_name=_("対象の管理番号"), attrs=_MONO)
    reason = Column(verbose_name=_("理由"))

    class Meta(BaseTable.Meta):
        sequence = ("at", "user", "action", "screen", "subject", "reason")

    def render_screen(self, record: AccessLog) -> str:
        return screen_name(record.screen)


class SubjectTable(BaseTable):
    """What happened to which record; `names` are the public numbers of the records on the page, where somebody looked them up."""

    names: Names | None = None

    entity = Column(verbose_name=_("対象"), attrs=_SHORT)
    subject_id = Column(verbose_name=_("番号"), attrs=_MONO)

    def render_entity(self, value: str) -> str:
        return entity_name(value)

    def render_subject_id(self, record: Change | Transition) -> str:
        number = gettext("行 %(number)s") % {"number": record.subject_id}
        return (self.names or {}).get((record.entity, record.subject_id), number)


class ChangeTable(SubjectTable):
    at = MomentColumn(verbose_name=_("日時"))
    by = StaffColumn(verbose_name=_("職員"), empty_values=())
    operation = Column(verbose_name=_("操作"), attrs=_SHORT)
    values = Column(verbose_name=_("変更した項目"), attrs={"td": {"class": "table__long"}})

    class Meta(BaseTable.Meta):
        sequence = ("at", "by", "entity", "subject_id", "operation", "values")

    def render_by(self, record: Change, column: StaffColumn) -> Any:
        if record.by:
            return column.render(record.by)
        return gettext("システム（%(role)s）") % {"role": record.database_role}

    def render_values(self, record: Change) -> str:
        return listed(column_changes(record.entity, record.values))


class TransitionTable(SubjectTable):
    at = MomentColumn(verbose_name=_("日時"))
    from_state = Column(verbose_name=_("前の状態"))
    to_state = Column(verbose_name=_("後の状態"))
    reason = Column(verbose_name=_("理由"))

    class Meta(BaseTable.Meta):
        sequence = ("at", "entity", "subject_id", "from_state", "to_state", "reason")

    def render_from_state(self, record: Transition) -> str:
        return state_name(record.entity, record.from_state)

    def render_to_state(self, record: Transition) -> SafeString:
        return badge(state_name(record.entity, record.to_state), tone_of(record.to_state))


class CountTable(BaseTable):
    """How often, in the order in which an auditor asks."""

    views = NumberColumn(verbose_name=_("閲覧"))
    searches = NumberColumn(verbose_name=_("検索"))
    reveals = NumberColumn(verbose_name=_("伏字の解除"))
    prints = NumberColumn(verbose_name=_("印刷ページ"))
    exports = NumberColumn(verbose_name=_("出力"))
    subjects = NumberColumn(verbose_name=_("対象の人・封筒"))

    class Meta(BaseTable.Meta):
        sequence = ("views", "searches", "reveals", "prints", "exports", "subjects")


class DailyTable(CountTable):
    day = DateColumn(verbose_name=_("日"))

    class Meta(BaseTable.Meta):
        sequence = ("day", "...")


class VolumeTable(CountTable):
    user = StaffColumn(verbose_name=_("職員"))
    usual = NumberColumn(verbose_name=_("ふだんの1日"))
    at_night = NumberColumn(verbose_name=_("時間外"))
    is_unusual = Column(verbose_name=_("判断"))

    class Meta(BaseTable.Meta):
        sequence = ("user", "...", "usual", "at_night", "is_unusual")

    def render_is_unusual(self, record: Volume) -> SafeString:
        if record.is_unusual:
            return badge(gettext("要確認"), Tone.DANGER)
        return badge(gettext("ふだんどおり"), Tone.NEUTRAL)


class MonthTable(CountTable):
    user = StaffColumn(verbose_name=_("職員"))
    moves = NumberColumn(verbose_name=_("状態を進めた"))
    changes = NumberColumn(verbose_name=_("変更した"))

    class Meta(BaseTable.Meta):
        sequence = ("user", "...", "moves", "changes")
