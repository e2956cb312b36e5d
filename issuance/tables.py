"""Tables of people and of the files they came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from backoffice.masking import covered_birth, covered_number
from backoffice.tables import BaseTable, Column, IntakeTable, LinkColumn, StateColumn
from backoffice.templatetags.backoffice import badge
from backoffice.tones import tone_of

if TYPE_CHECKING:
    from datetime import date

    from django.utils.safestring import SafeString

    from issuance.models import InsuredPerson, Selection


class PersonTable(BaseTable):
    """People as a search finds them: 番号 and birth covered, enough to tell two of one name apart."""

    name = LinkColumn("issuance:person-detail", accessor="name_print", verbose_name=_("氏名"))
    name_kana = Column(verbose_name=_("カナ"))
    number = Column(accessor="household__symbol", verbose_name=_("記号・番号-枝番"))
    birth_date = Column(verbose_name=_("生年月日"))
    branch = Column(accessor="household__branch__name", verbose_name=_("支部"))
    outcome = Column(accessor="selection", verbose_name=_("判定"))

    class Meta(BaseTable.Meta):
        sequence = ("name", "name_kana", "number", "birth_date", "branch", "outcome")

    def render_number(self, record: InsuredPerson) -> str:
        return f"{record.household.symbol}・{covered_number(record.household.number)}-{record.edaban}"

    def render_birth_date(self, value: date) -> str:
        return covered_birth(value)

    def render_outcome(self, value: Selection) -> SafeString:
        return badge(value.get_outcome_display(), tone_of(value.outcome))


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
