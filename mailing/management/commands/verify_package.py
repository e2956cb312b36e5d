"""Compare a vendor package with what was approved: `verify_package OUTDIR|SEALED.zip`; exit 1 if anything differs.

The password of a sealed package is taken from TODOKE_PACKAGE_PASSWORD or asked for.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from backoffice.commands import PACKAGE_PASSWORD, WorkCommand, asked_secret
from mailing.services import check_package, opened_package

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("package", type=Path)

    def work(self, **options: Any) -> Mapping[str, object]:
        with opened_package(options["package"], password=partial(asked_secret, *PACKAGE_PASSWORD)) as folder:
            found = check_package(directory=folder)
        for problem in found.problems:
            self.stdout.write(problem)
        if found.problems:
            raise CommandError(f"batch={found.batch} files={found.files} problems={len(found.problems)}")
        return {"batch": found.batch, "files": found.files, "problems": 0}
