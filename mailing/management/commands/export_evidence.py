"""Write the evidence file of a batch and its hash: `export_evidence BATCH OUTDIR`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from backoffice.commands import WorkCommand
from mailing.queries import batch_by_number
from mailing.services import write_evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch")
        parser.add_argument("directory", type=Path)

    def work(self, **options: Any) -> Mapping[str, object]:
        batch = batch_by_number(options["batch"])
        sha256, written = write_evidence(batch, directory=options["directory"])
        return {"batch": batch.number, "sha256": sha256, "repeated": int(not written)}
