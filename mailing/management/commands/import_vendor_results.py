"""Take in the vendor's results of a released batch: `import_vendor_results BATCH FILE --by USER`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from backoffice.commands import WorkCommand, name_of, staff_user
from mailing.queries import batch_by_number
from mailing.services import import_vendor_results

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch")
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True)

    def work(self, **options: Any) -> Mapping[str, object]:
        batch = batch_by_number(options["batch"])
        said = import_vendor_results(
            batch=batch,
            path=options["file"],
            file_name=name_of(options["file"]),
            by=staff_user(options["by"]),
            at=timezone.now(),
        )
        return {
            "rows": said.rows,
            "inserted": said.inserted,
            "spoiled": said.spoiled,
            "pulled": said.pulled,
            "missing": said.missing,
            "cases": said.cases,
            "difference": said.difference,
            "repeated": said.repeated,
            "reconciled": int(batch_by_number(batch.number).reconciled_at is not None),
        }
