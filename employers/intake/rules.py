"""事業所ファイル: its columns and the rules of one row (interfaces §1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from backoffice.file_intake import Column
from backoffice.file_intake.cells import Cells, Problem
from employers.models import Employer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

COLUMNS = (
    Column("insurer_no", "保険者番号"),
    Column("symbol", "記号"),
    Column("name", "事業所名称"),
    Column("name_kana", "事業所カナ"),
    Column("postal_code", "郵便番号"),
    Column("address1", "所在地"),
    Column("address2", "所在地2"),
    Column("status", "適用状況"),
    Column("ended_on", "全喪年月日"),
    Column("contact", "送付先部署"),
)
DEFAULT_CONTACT = "社会保険事務担当者様"


def _status(cells: Cells) -> str:
    message = _("適用状況は 1（適用中）か 2（全喪）です。")
    return cells.code("status", frozenset(Employer.Status.values), message)


# What each cell says by itself.
SINGLE_COLUMNS: dict[str, Callable[[Cells], Any]] = {
    "insurer_no": Cells.insurer_no,
    "symbol": Cells.symbol,
    "name": lambda cells: cells.text("name", 1, 60),
    "name_kana": lambda cells: cells.text("name_kana", 0, 60),
    "postal_code": Cells.postal_code,
    "address1": Cells.address,
    "address2": lambda cells: cells.text("address2", 0, 60),
    "status": _status,
    "ended_on": lambda cells: cells.optional_date("ended_on"),
    "contact": lambda cells: cells.text("contact", 0, 40) or DEFAULT_CONTACT,
}


@dataclass(frozen=True, slots=True)
class EmployerRow:
    """The values of one employer row, ready to be stored."""

    insurer_no: str
    symbol: str
    name: str
    name_kana: str
    postal_code: str
    address1: str
    address2: str
    status: str
    ended_on: date | None
    contact: str


def judge_employer(values: Mapping[str, str]) -> tuple[EmployerRow, list[Problem]]:
    """The row as it would be stored, and every rule of its own that it breaks."""
    cells = Cells(values)
    row = EmployerRow(**{column: judge(cells) for column, judge in SINGLE_COLUMNS.items()})
    if row.status == Employer.Status.ENDED and not values["ended_on"]:
        cells.note("ended_on", "ended_on_missing", _("全喪の事業所には全喪年月日が必要です。"))
    if row.status == Employer.Status.COVERED and values["ended_on"]:
        cells.note("ended_on", "ended_on_unexpected", _("適用中の事業所に全喪年月日は記入できません。"))
    return row, cells.problems
