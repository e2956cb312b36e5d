"""Tables of batches, envelopes, the cards in them, and the vendor's differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from backoffice.masking import covered_number
from backoffice.tables import (
    BaseTable,
    Column,
    DateColumn,
    LinkColumn,
    MomentColumn,
    NumberColumn,
    StateColumn,
)
from backoffice.templatetags.backoffice import badge
from backoffice.tones import tone_of
from japan.piece_number import grouped
from mailing.queries import waiting_for
from mailing.states import StopCode

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from issuance.models import InsuredPerson, Selection
    from mailing.models import Artifact, EnclosedCard, Envelope, PrintBatch


class BatchTable(BaseTable):
    number = LinkColumn("mailing:batch-detail", key="number", verbose_name=_("バッチ番号"))
    branch = Column(verbose_name=_("支部"))
    kind = Column(verbose_name=_("種類"))
    state = StateColumn(verbose_name=_("状態"))
    turn = Column(verbose_name=_("次の担当"), empty_values=(), orderable=False)
    envelope_count = NumberColumn(verbose_name=_("通数"))
    card_count = NumberColumn(verbose_name=_("枚数"))
    planned_at = MomentColumn(verbose_name=_("計画日時"))

    class Meta(BaseTable.Meta):
        sequence = ("number", "branch", "kind", "state", "turn", "envelope_count", "card_count", "planned_at")

    def render_turn(self, record: PrintBatch) -> str:
        return str(waiting_for(record))


class EnvelopeTable(BaseTable):
    piece_no = LinkColumn("mailing:envelope-detail", key="piece_no", verbose_name=_("封筒番号"))
    kind = Column(verbose_name=_("種類"))
    branch = Column(verbose_name=_("支部"))
    state = StateColumn(verbose_name=_("状態"))
    card_count = NumberColumn(verbose_name=_("枚数"))
    batch = Column(verbose_name=_("バッチ"), attrs={"td": {"class": "mono"}})
    posted_on = DateColumn(verbose_name=_("差出日"))

    class Meta(BaseTable.Meta):
        sequence = ("piece_no", "kind", "branch", "state", "card_count", "batch", "posted_on")

    def render_piece_no(self, value: str) -> str:
        return grouped(value)


class StoppedTable(BaseTable):
    piece_no = LinkColumn("mailing:envelope-detail", key="piece_no", verbose_name=_("封筒番号"))
    kind = Column(verbose_name=_("種類"))
    branch = Column(verbose_name=_("支部"))
    stop_code = Column(verbose_name=_("印刷できない理由"))
    created_at = MomentColumn(verbose_name=_("封筒の作成"))

    class Meta(BaseTable.Meta):
        sequence = ("piece_no", "kind", "branch", "stop_code", "created_at")

    def render_piece_no(self, value: str) -> str:
        return grouped(value)

    def render_stop_code(self, value: str) -> str:
        return str(StopCode(value).label)


class CardTable(BaseTable):
    position = NumberColumn(verbose_name=_("順"))
    person = LinkColumn(
        "issuance:person-detail",
        source="certificate__person__public_id",
        accessor="certificate__person__name_print",
        verbose_name=_("氏名"),
    )
    edaban = Column(accessor="certificate__person__edaban", verbose_name=_("枝番"))
    serial = Column(accessor="certificate__serial", verbose_name=_("証番号"), attrs={"td": {"class": "mono"}})
    expires_on = DateColumn(accessor="certificate__expires_on", wareki=True, verbose_name=_("有効期限"))
    state = Column(accessor="certificate", verbose_name=_("状態"))

    class Meta(BaseTable.Meta):
        sequence = ("position", "person", "edaban", "serial", "expires_on", "state")

    def render_state(self, record: EnclosedCard) -> str:
        card = record.certificate
        cause = f"（{card.get_void_cause_display()}）" if card.void_cause else ""
        return f"{card.get_state_display()}{cause}"


class ArtifactTable(BaseTable):
    name = Column(verbose_name=_("ファイル"))
    revision = NumberColumn(verbose_name=_("改訂"))
    pages = NumberColumn(verbose_name=_("ページ数"))
    size = NumberColumn(verbose_name=_("バイト数"))
    sha256 = Column(verbose_name=_("SHA-256"))
    created_at = MomentColumn(verbose_name=_("作成日時"))

    class Meta(BaseTable.Meta):
        sequence = ("name", "revision", "pages", "size", "sha256", "created_at")

    def render_sha256(self, record: Artifact) -> SafeString:
        return format_html('<code class="hash">{}</code>', record.sha256)


class LeftOutTable(BaseTable):
    """People who get no envelope; 番号 covered, enough to find them."""

    name = LinkColumn("issuance:person-detail", accessor="name_print", verbose_name=_("氏名"))
    number = Column(accessor="household__symbol", verbose_name=_("記号・番号-枝番"))
    outcome = Column(accessor="selection", verbose_name=_("判定"))

    class Meta(BaseTable.Meta):
        sequence = ("name", "number", "outcome")

    def render_number(self, record: InsuredPerson) -> str:
        return f"{record.household.symbol}・{covered_number(record.household.number)}-{record.edaban}"

    def render_outcome(self, value: Selection) -> SafeString:
        return badge(value.get_outcome_display(), tone_of(value.outcome))


class PullListTable(BaseTable):
    piece_no = LinkColumn("mailing:envelope-detail", key="piece_no", verbose_name=_("封筒番号"))
    position = NumberColumn(verbose_name=_("位置"))
    first_page = NumberColumn(verbose_name=_("最初のページ"))
    pages = NumberColumn(verbose_name=_("ページ数"))

    class Meta(BaseTable.Meta):
        sequence = ("piece_no", "position", "first_page", "pages")

    def render_piece_no(self, record: Envelope) -> str:
        return grouped(record.piece_no)
