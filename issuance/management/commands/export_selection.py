"""Write everybody's outcome with all reasons: `export_selection CODE OUT.csv`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from backoffice.commands import WorkCommand
from backoffice.csv_export import write_csv
from issuance.queries import campaign_by_code, selection_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser

HEADER = ("insurer_no", "symbol", "number", "edaban", "outcome", "reasons")


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("out", type=Path)

    def work(self, **options: Any) -> Mapping[str, object]:
        return {"rows": write_csv(options["out"], HEADER, selection_rows(campaign_by_code(options["code"])))}
