"""資格喪失ファイル: losses reported after the extraction (interfaces §1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backoffice.file_intake import Column
from backoffice.file_intake.cells import Cells, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

LOSS_COLUMNS = (
    Column("insurer_no", "保険者番号"),
    Column("symbol", "記号"),
    Column("number", "番号"),
    Column("edaban", "枝番"),
    Column("lost_on", "資格喪失年月日"),
)


def judge_loss(values: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """The row's values as they are staged, and every rule of its own that it breaks."""
    cells = Cells(values)
    row = {
        "insurer_no": cells.insurer_no(),
        "symbol": cells.symbol(),
        "number": cells.number(),
        "edaban": cells.edaban(),
        "lost_on": cells.date("lost_on"),
    }
    return row, cells.problems
