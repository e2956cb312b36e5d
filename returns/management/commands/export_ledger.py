"""Write one line per envelope ever planned: `export_ledger CODE OUT.csv`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from backoffice.commands import WorkCommand
from backoffice.csv_export import write_csv
from issuance.queries import campaign_by_code
from returns.queries import LEDGER_HEADER, ledger_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("out", type=Path)

    def work(self, **options: Any) -> Mapping[str, object]:
        return {
            "rows": write_csv(options["out"], LEDGER_HEADER, ledger_rows(campaign_by_code(options["code"])))
        }
