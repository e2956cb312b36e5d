"""Write the vendor package of an approved batch: `release_batch BATCH OUTDIR --by USER`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from backoffice.commands import WorkCommand, staff_user
from mailing.queries import batch_by_number
from mailing.services import release_batch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch")
        parser.add_argument("directory", type=Path)
        parser.add_argument("--by", required=True)

    def work(self, **options: Any) -> Mapping[str, object]:
        batch = batch_by_number(options["batch"])
        by = staff_user(options["by"])
        done = release_batch(batch=batch, directory=options["directory"], by=by, at=timezone.now())
        return {
            "envelopes": done.envelopes,
            "pages": done.pages,
            "pulled": done.pulled,
            "repeated": int(done.repeated),
        }
