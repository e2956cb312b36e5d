"""Put a rendered batch before an approver: `submit_batch BATCH --by USER`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from backoffice.commands import WorkCommand, staff_user
from mailing.queries import batch_by_number
from mailing.services import submit_batch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch")
        parser.add_argument("--by", required=True)

    def work(self, **options: Any) -> Mapping[str, object]:
        batch = batch_by_number(options["batch"])
        changed = submit_batch(batch=batch, by=staff_user(options["by"]), at=timezone.now())
        batch.refresh_from_db()
        return {"batch": batch.number, "manifest": batch.manifest_sha256, "repeated": int(not changed)}
