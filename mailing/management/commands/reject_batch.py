"""Send a submitted batch back: `reject_batch BATCH --by USER --reason TEXT`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from backoffice.commands import WorkCommand, staff_user
from mailing.queries import batch_by_number
from mailing.services import reject_batch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch")
        parser.add_argument("--by", required=True)
        parser.add_argument("--reason", required=True)

    def work(self, **options: Any) -> Mapping[str, object]:
        batch = batch_by_number(options["batch"])
        by = staff_user(options["by"])
        changed = reject_batch(batch=batch, by=by, at=timezone.now(), reason=options["reason"])
        return {"batch": batch.number, "rejected": 1, "repeated": int(not changed)}
