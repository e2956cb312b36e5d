"""還付ファイル: the returns contractor's list (interfaces §1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from backoffice.file_intake import Column
from backoffice.file_intake.cells import Cells, Problem
from japan.piece_number import normalise_scanned
from returns.intake.sheet_code import make_in
from returns.states import ReturnReason

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = (
    Column("piece_no", "封筒番号"),
    Column("reason", "還付理由"),
    Column("returned_on", "還付日"),
    Column("note", "備考", optional=True),
)


def judge_return(values: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """The row's values as they are staged, and every rule it breaks. An unknown number is no broken rule: it is kept as
    an unknown return, because something did come back."""
    cells = Cells(values)
    if not values["piece_no"]:
        cells.note("piece_no", "piece_no_missing", _("封筒番号が記入されていません。"))
    if len(values["piece_no"]) > 60:
        cells.note("piece_no", "piece_no_length", _("封筒番号が長すぎます。"))
    row = {
        "scanned": values["piece_no"],
        "piece_no": normalise_scanned(values["piece_no"]),
        "make_no": make_in(values["piece_no"]),
        "reason": cells.code(
            "reason", frozenset(ReturnReason.values), _("還付理由のコードが正しくありません。")
        ),
        "returned_on": cells.date("returned_on"),
        "note": cells.text("note", 0, 200),
    }
    return row, cells.problems
