"""Tables of the returns side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.masking import covered_number
from backoffice.staff import staff_name
from backoffice.tables import (
    BaseTable,
    Column,
    DateColumn,
    IntakeTable,
    LinkColumn,
    MomentColumn,
    NumberColumn,
    StateColumn,
    TemplateColumn,
)
from backoffice.templatetags.backoffice import badge, iso, piece
from backoffice.tones import Tone
from issuance.models import Campaign, Certificate
from japan.piece_number import grouped
from returns.models import (
    CollectedCard,
    DeliveryException,
    ReturnEvent,
    ReturnsImport,
    ReturnTray,
    UnknownReturn,
)

if TYPE_CHECKING:
    from datetime import date

    from backoffice.models import User
    from mailing.models import Envelope


class StaffColumn(Column):
    """A member of staff by name."""

    def render(self, value: User) -> str:
        return staff_name(value)


class CampaignTable(BaseTable):
    code = LinkColumn("returns:campaign-closing", key="code", verbose_name=_("一括発行コード"))
    name = Column(verbose_name=_("名称"))
    created_at = MomentColumn(verbose_name=_("登録日時"))
    closed_at = MomentColumn(verbose_name=_("終了日時"))

    class Meta(BaseTable.Meta):
        model = Campaign
        fields = ("code", "name", "created_at", "closed_at")
        sequence = fields


class ReturnTable(BaseTable):
    envelope = LinkColumn("returns:return-detail", verbose_name=_("封筒番号"))
    branch = Column(accessor="envelope__branch", verbose_name=_("支部"), attrs={"td": {"class": "nowrap"}})
    reason = Column(verbose_name=_("還付理由"))
    returned_on = DateColumn(verbose_name=_("還付日"))
    recorded_at = MomentColumn(verbose_name=_("受付日時"))
    state = StateColumn(verbose_name=_("行き先"))

    class Meta(BaseTable.Meta):
        model = ReturnEvent
        fields = ("envelope", "branch", "reason", "returned_on", "recorded_at", "state")
        sequence = fields

    def render_envelope(self, value: Envelope) -> str:
        """Its number as it is printed."""
        return grouped(value.piece_no)


class ReturnsImportTable(IntakeTable):
    file_name = LinkColumn("returns:returns-import-detail", verbose_name=_("ファイル名"))
    recorded = NumberColumn(verbose_name=_("受付"))
    repeated = NumberColumn(verbose_name=_("重複"))
    unknown = NumberColumn(verbose_name=_("不明"))

    class Meta(BaseTable.Meta):
        model = ReturnsImport
        fields = ("file_name", "imported_at", "rows", "recorded", "repeated", "unknown", "rejected")
        sequence = fields
        exclude = ("accepted",)


class TrayTable(BaseTable):
    number = LinkColumn("returns:tray-detail", verbose_name=_("トレー番号"))
    state = StateColumn(verbose_name=_("状態"))
    scanned = NumberColumn(verbose_name=_("通数"))
    opened_by = StaffColumn(verbose_name=_("受付者"))
    closed_at = MomentColumn(verbose_name=_("計数日時"))
    storage_place = Column(verbose_name=_("保管場所"))
    destroyed_on = DateColumn(verbose_name=_("廃棄日"))

    class Meta(BaseTable.Meta):
        model = ReturnTray
        fields = ("number", "state", "scanned", "opened_by", "closed_at", "storage_place", "destroyed_on")
        sequence = fields


class WorkTable(BaseTable):
    """Rows that wait for a person: ticked together, with their age and whoever has them. `age` and `late` come with the row."""

    not_in_files = ("pick",)
    pick = TemplateColumn(
        template_name="returns/_exception_pick.html", verbose_name=_("選択"), attrs={"td": {"class": "pick"}}
    )
    state = StateColumn(verbose_name=_("状態"))
    age = NumberColumn(verbose_name=_("経過日数"))
    due_on = DateColumn(verbose_name=_("期限"))
    owner = StaffColumn(verbose_name=_("担当"), default="—")

    def render_due_on(self, value: date, record: Any) -> str:
        """A badge on what is late."""
        return badge(_("%(day)s 期限切れ") % {"day": iso(value)}, Tone.DANGER) if record.late else iso(value)


class ExceptionTable(WorkTable):
    envelope = LinkColumn("returns:exception-detail", accessor="event__envelope", verbose_name=_("封筒番号"))
    branch = Column(
        accessor="event__envelope__branch", verbose_name=_("支部"), attrs={"td": {"class": "nowrap"}}
    )
    code = Column(verbose_name=_("理由"))

    class Meta(BaseTable.Meta):
        model = DeliveryException
        fields = ("pick", "envelope", "branch", "code", "state", "age", "due_on", "owner")
        sequence = fields

    def render_envelope(self, value: Envelope) -> str:
        """Its number as it is printed."""
        return grouped(value.piece_no)


class UnknownReturnTable(WorkTable):
    scanned_text = LinkColumn("returns:unknown-detail", verbose_name=_("読み取った番号"))
    kind = Column(verbose_name=_("区分"))
    recorded_at = MomentColumn(verbose_name=_("受付日時"))

    class Meta(BaseTable.Meta):
        model = UnknownReturn
        fields = ("pick", "scanned_text", "kind", "recorded_at", "state", "age", "due_on", "owner")
        sequence = fields

    def render_scanned_text(self, value: str) -> str:
        """As it is printed, where it is a piece number."""
        return piece(value)


class CollectedTable(BaseTable):
    certificate = LinkColumn("returns:collected-detail", verbose_name=_("証番号"))
    reason = Column(verbose_name=_("返納理由"))
    collected_on = DateColumn(verbose_name=_("返納日"))
    loss_on_file = Column(verbose_name=_("資格喪失の登録"))

    class Meta(BaseTable.Meta):
        model = CollectedCard
        fields = ("certificate", "reason", "collected_on", "loss_on_file")
        sequence = fields

    def render_loss_on_file(self, value: bool, record: CollectedCard) -> str:
        """Whether there is a question, and whether it was answered."""
        if value:
            return str(_("登録あり"))
        return str(_("確認済み")) if record.answered_at else badge(_("登録なし（要確認）"), Tone.WAITING)


def _collecting(record: Certificate) -> str:
    """The form with the card's opaque number filled in."""
    return f"{reverse('returns:card-collect')}?serial={record.serial}"


class CardSearchTable(BaseTable):
    serial = Column(verbose_name=_("証番号"), linkify=_collecting)
    name = Column(accessor="person__name_print", verbose_name=_("氏名"))
    number = Column(accessor="person__household__symbol", verbose_name=_("記号・番号-枝番"))
    state = StateColumn(verbose_name=_("状態"))

    class Meta(BaseTable.Meta):
        model = Certificate
        fields = ("serial", "name", "number", "state")
        sequence = fields

    def render_number(self, record: Certificate) -> str:
        """番号 covered, enough to find them."""
        person = record.person
        return f"{person.household.symbol}・{covered_number(person.household.number)}-{person.edaban}"
