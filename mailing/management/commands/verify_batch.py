"""Make the file of a batch again and compare its bytes: `verify_batch BATCH [--restore]`; exit 1 if they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from backoffice.commands import WorkCommand
from mailing.queries import batch_by_number
from mailing.services import verify_batch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch")
        parser.add_argument("--restore", action="store_true", help="put a lost file back, if it is the same")

    def work(self, **options: Any) -> Mapping[str, object]:
        batch = batch_by_number(options["batch"])
        found = verify_batch(batch=batch, restore=options["restore"])
        counts = {
            "batch": batch.number,
            "recorded": found.recorded,
            "made": found.made,
            "stored": int(found.stored),
            "restored": int(found.restored),
        }
        if not found.same or not (found.stored or found.restored):
            raise CommandError(" ".join(f"{name}={value}" for name, value in counts.items()))
        return counts
