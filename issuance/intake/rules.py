"""加入者ファイル: its columns and the rules of one row (interfaces §1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from backoffice.file_intake import Column
from backoffice.file_intake.cells import Cells, Problem
from issuance.models import InsuredPerson
from japan.ages import is_under_75
from japan.names import grapheme_count, is_name_kana, kana_search_key, name_search_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

COLUMNS = (
    Column("insurer_no", "保険者番号"),
    Column("symbol", "記号"),
    Column("number", "番号"),
    Column("edaban", "枝番"),
    Column("relation", "本人家族区分"),
    Column("insured_kind", "被保険者種別"),
    Column("name", "氏名"),
    Column("name_kana", "氏名カナ"),
    Column("name_print", "券面氏名"),
    Column("sex_print", "性別"),
    Column("birth_date", "生年月日"),
    Column("acquired_on", "資格取得年月日"),
    Column("decided_on", "決定年月日"),
    Column("lost_on", "資格喪失年月日"),
    Column("card_held", "保険証保有"),
    Column("myna_status", "マイナ保険証状況"),
    Column("postal_code", "郵便番号"),
    Column("address1", "住所"),
    Column("address2", "方書"),
    Column("nondisclosure", "不開示フラグ"),
    Column("voluntary_end", "任継満了日"),
    Column("back_remarks", "裏面備考"),
)
ON_THE_BACK = "裏面参照"
_SEXES = frozenset({"男", "女", ON_THE_BACK})
_FLAGS = frozenset({"0", "1"})
# Some characters become longer in a key; a key is for searching, so a cut one is good enough.
MOST_KEY_CHARACTERS = 600


def _relation(cells: Cells) -> str:
    allowed = frozenset(InsuredPerson.Relation.values)
    return cells.code("relation", allowed, _("本人家族区分は 1（本人）か 2（家族）です。"))


def _insured_kind(cells: Cells) -> str:
    allowed = frozenset(InsuredPerson.InsuredKind.values)
    message = _("被保険者種別は 1（一般）、2（任意継続）、9（法3-2）のいずれかです。")
    return cells.code("insured_kind", allowed, message)


def _card_held(cells: Cells) -> bool:
    return cells.code("card_held", _FLAGS, _("保険証保有は 1 か 0 です。")) == "1"


def _myna_status(cells: Cells) -> bool:
    return cells.code("myna_status", _FLAGS, _("マイナ保険証状況は 1 か 0 です。")) == "1"


def _nondisclosure(cells: Cells) -> bool:
    return cells.code("nondisclosure", _FLAGS, _("不開示フラグは 1 か 0 です。")) == "1"


def _sex_print(cells: Cells) -> str:
    return cells.code("sex_print", _SEXES, _("性別は 男、女、裏面参照 のいずれかです。"))


def _name_print(cells: Cells) -> str:
    return cells.name("name_print", 0, 60)


# What each cell says by itself. `birth_date` also needs the reference date; `judge_person` reads the rest together.
SINGLE_COLUMNS: dict[str, Callable[[Cells], Any]] = {
    "insurer_no": Cells.insurer_no,
    "symbol": Cells.symbol,
    "number": Cells.number,
    "edaban": Cells.edaban,
    "relation": _relation,
    "insured_kind": _insured_kind,
    "name": lambda cells: cells.name("name", 1, 60),
    "name_print": _name_print,
    "sex_print": _sex_print,
    "acquired_on": lambda cells: cells.date("acquired_on"),
    "decided_on": lambda cells: cells.date("decided_on"),
    "lost_on": lambda cells: cells.optional_date("lost_on"),
    "card_held": _card_held,
    "myna_status": _myna_status,
    "postal_code": Cells.postal_code,
    "address1": Cells.address,
    "address2": lambda cells: cells.text("address2", 0, 60),
    "nondisclosure": _nondisclosure,
    "voluntary_end": lambda cells: cells.optional_date("voluntary_end"),
    "back_remarks": lambda cells: cells.text("back_remarks", 0, 60),
}


def judge_person(values: Mapping[str, str], *, reference_date: date) -> tuple[dict[str, Any], list[Problem]]:
    """The row's values as they are staged, and every rule of its own that it breaks."""
    cells = Cells(values)
    row: dict[str, Any] = {
        "insurer_no": cells.insurer_no(),
        "symbol": cells.symbol(),
        "number": cells.number(),
        "edaban": cells.edaban(),
        "relation": _relation(cells),
        "insured_kind": _insured_kind(cells),
        **_names(cells),
        **_dates(cells, reference_date),
        "card_held": _card_held(cells),
        "myna_usable": _myna_status(cells),
        "postal_code": cells.postal_code(),
        "address1": cells.address(),
        "address2": cells.text("address2", 0, 60),
        "nondisclosure": _nondisclosure(cells),
        "back_remarks": cells.text("back_remarks", 0, 60),
    }
    _judge_together(cells, row)
    return row, cells.problems


def name_kana(cells: Cells) -> str:
    """氏名カナ: half-width kana, Latin capitals, space, full stop and hyphen, 1 to 60 of them."""
    kana = cells.values["name_kana"]
    if not 1 <= grapheme_count(kana) <= 60 or len(kana) > 60:
        cells.note("name_kana", "name_kana_length", _("1〜60文字で記入してください。"))
    if kana and not is_name_kana(kana):
        message = _("氏名カナは半角カナ、半角英大文字、空白、「.」「-」で記入してください。")
        cells.note("name_kana", "name_kana_character", message)
    return kana


def birth_date(cells: Cells, reference_date: date) -> date | None:
    """生年月日: not after the reference date, and under 75 on it."""
    birth = cells.date("birth_date")
    if birth and birth > reference_date:
        cells.note("birth_date", "birth_date_after_reference", _("生年月日が基準日より後です。"))
    elif birth and not is_under_75(birth, reference_date):
        cells.note(
            "birth_date", "birth_date_75_or_over", _("基準日に75歳以上の方は対象外のため受け付けません。")
        )
    return birth


def _names(cells: Cells) -> dict[str, str]:
    name = cells.name("name", 1, 60)
    kana = name_kana(cells)
    printed = _name_print(cells) or name
    return {
        "name": name,
        "name_kana": kana,
        "name_print": printed,
        "name_key": name_search_key(name)[:MOST_KEY_CHARACTERS],
        "kana_key": kana_search_key(kana),
    }


def _dates(cells: Cells, reference_date: date) -> dict[str, date | None]:
    birth = birth_date(cells, reference_date)
    acquired, decided = cells.date("acquired_on"), cells.date("decided_on")
    if birth and acquired and acquired < birth:
        cells.note("acquired_on", "acquired_on_before_birth", _("資格取得年月日が生年月日より前です。"))
    if acquired and decided and decided < acquired:
        cells.note("decided_on", "decided_on_before_acquired", _("決定年月日が資格取得年月日より前です。"))
    return {
        "birth_date": birth,
        "acquired_on": acquired,
        "decided_on": decided,
        "lost_on": cells.optional_date("lost_on"),
        "voluntary_end": cells.optional_date("voluntary_end"),
    }


def _judge_together(cells: Cells, row: dict[str, Any]) -> None:
    """The rules that read two columns of the row."""
    voluntary = row["insured_kind"] == InsuredPerson.InsuredKind.VOLUNTARY
    if voluntary and not cells.values["voluntary_end"]:
        cells.note("voluntary_end", "voluntary_end_missing", _("任意継続の方には任継満了日が必要です。"))
    if not voluntary and cells.values["voluntary_end"]:
        cells.note(
            "voluntary_end", "voluntary_end_unexpected", _("任意継続でない方に任継満了日は記入できません。")
        )
    row["sex_print"] = _sex_print(cells)
    if row["sex_print"] == ON_THE_BACK and not row["back_remarks"]:
        cells.note("back_remarks", "back_remarks_missing", _("性別が裏面参照の方には裏面備考が必要です。"))
