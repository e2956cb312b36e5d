"""Write every broken rule of every rejected row: `export_rejects CODE OUT.csv`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from backoffice.commands import WorkCommand
from backoffice.csv_export import write_csv
from issuance.queries import campaign_by_code
from returns.queries import REJECTS_HEADER, reject_rows

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
            "rows": write_csv(options["out"], REJECTS_HEADER, reject_rows(campaign_by_code(options["code"])))
        }
