"""Compare a vendor package with what was approved: `verify_package OUTDIR`; exit 1 if anything differs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from backoffice.commands import WorkCommand
from mailing.services import check_package

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)

    def work(self, **options: Any) -> Mapping[str, object]:
        found = check_package(directory=options["directory"])
        for problem in found.problems:
            self.stdout.write(problem)
        if found.problems:
            raise CommandError(f"batch={found.batch} files={found.files} problems={len(found.problems)}")
        return {"batch": found.batch, "files": found.files, "problems": 0}
