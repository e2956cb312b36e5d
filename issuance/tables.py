"""Tables of people and of the files they came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.languages import listed
from backoffice.masking import covered_birth, covered_number
from backoffice.tables import BaseTable, Column, IntakeTable, LinkColumn, StateColumn
from backoffice.templatetags.backoffice import badge
from backoffice.tones import tone_of
from issuance.states import reason_labels

if TYPE_CHECKING:
    from datetime import date

    from django.utils.safestring import SafeString

    from issuance.models import InsuredPerson, SelectionChange


_SHORT = {"td": {"class": "nowrap"}}


class PersonTable(BaseTable):
    """People as a search finds them: 番号 and birth covered, enough to tell two of one name apart."""

    name = LinkColumn("issuance:person-detail", accessor="name_print", verbose_name=_("氏名"))
    name_kana = Column(verbose_name=_("カナ"))
    number = Column(accessor="household__symbol", verbose_name=_("記号・番号-枝番"))
    birth_date = Column(verbose_name=_("生年月日"), attrs=_SHORT)
    branch = Column(accessor="household__branch__name", verbose_name=_("支部"), attrs=_SHORT)
    outcome = StateColumn(accessor="selection__outcome", verbose_name=_("判定"))

    class Meta(BaseTable.Meta):
        sequence = ("name", "name_kana", "number", "birth_date", "branch", "outcome")

    def render_number(self, record: InsuredPerson) -> str:
        return f"{record.household.symbol}・{covered_number(record.household.number)}-{record.edaban}"

    def render_birth_date(self, value: date) -> str:
        return covered_birth(value)


class JudgedTable(PersonTable):
    """People with what was judged of them, and why."""

    reasons = Column(accessor="selection__reasons", verbose_name=_("理由"), orderable=False)

    class Meta(PersonTable.Meta):
        sequence = ("name", "number", "birth_date", "branch", "outcome", "reasons")
        exclude = ("name_kana",)

    def render_reasons(self, value: list[str]) -> str:
        return listed(reason_labels(value)) or "—"


class SelectionChangeTable(BaseTable):
    """People whose outcome would change; by number, because what they are called does not matter here."""

    number = LinkColumn(
        "issuance:person-detail",
        source="person__public_id",
        accessor="person__household__symbol",
        verbose_name=_("記号・番号-枝番"),
    )
    branch = Column(accessor="person__household__branch__name", verbose_name=_("支部"))
    was = StateColumn(verbose_name=_("前の判定"))
    became = StateColumn(verbose_name=_("いまの判定"))
    reasons = Column(verbose_name=_("いまの理由"))
    has_certificate = Column(verbose_name=_("資格確認書を作成済み"))

    class Meta(BaseTable.Meta):
        sequence = ("number", "branch", "was", "became", "reasons", "has_certificate")

    def render_number(self, record: SelectionChange) -> str:
        household = record.person.household
        return f"{household.symbol}・{covered_number(household.number)}-{record.person.edaban}"

    def render_was(self, record: SelectionChange) -> SafeString:
        return badge(record.get_was_display(), tone_of(record.was))

    def render_became(self, record: SelectionChange) -> SafeString:
        return badge(record.get_became_display(), tone_of(record.became))

    def render_reasons(self, value: list[str]) -> str:
        return listed(reason_labels(value))

    def render_has_certificate(self, record: SelectionChange) -> str:
        return gettext("はい（判定は改めません）") if record.has_certificate else gettext("いいえ")


class ComparedTable(BaseTable):
    """The 本人 of households as two campaigns are compared; people of an earlier campaign have no page here."""

    name = Column(accessor="name_print", verbose_name=_("本人の氏名"))
    number = Column(accessor="household__symbol", verbose_name=_("記号・番号"))
    branch = Column(accessor="household__branch__name", verbose_name=_("支部"))
    postal_code = Column(verbose_name=_("郵便番号"))
    address1 = Column(verbose_name=_("住所"))

    class Meta(BaseTable.Meta):
        sequence = ("name", "number", "branch", "postal_code", "address1")

    def render_number(self, record: InsuredPerson) -> str:
        return f"{record.household.symbol}・{covered_number(record.household.number)}"


class EmployerImportTable(IntakeTable):
    file_name = LinkColumn("employers:import-detail", verbose_name=_("ファイル名"))

    class Meta(IntakeTable.Meta):
        pass


class RosterImportTable(IntakeTable):
    file_name = LinkColumn("issuance:roster-import-detail", verbose_name=_("ファイル名"))
    decision = StateColumn(verbose_name=_("承認"))

    class Meta(IntakeTable.Meta):
        pass


class LossImportTable(IntakeTable):
    file_name = LinkColumn("issuance:loss-import-detail", verbose_name=_("ファイル名"))

    class Meta(IntakeTable.Meta):
        pass
