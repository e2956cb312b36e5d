"""Approve a submitted batch: `approve_batch BATCH --by USER [--manifest SHA256] [--sample stated|screen]`.

With `--sample stated` (the default) USER states to have looked at the whole sample; the statement is recorded page by page as
such. With `--sample screen` only what USER has looked at on the screens counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from backoffice.commands import WorkCommand, staff_user
from mailing.queries import batch_by_number
from mailing.services import approvals_given, approvals_needed, approve_batch, state_sample_seen
from mailing.states import BatchState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch")
        parser.add_argument("--by", required=True)
        parser.add_argument("--manifest", help="the hash that was looked at")
        parser.add_argument(
            "--sample",
            choices=["stated", "screen"],
            default="stated",
            help="stated: USER says to have looked at the whole sample; screen: only what was seen on the screens counts",
        )

    @transaction.atomic
    def work(self, **options: Any) -> Mapping[str, object]:
        batch = batch_by_number(options["batch"])
        by, at = staff_user(options["by"]), timezone.now()
        if options["sample"] == "stated":
            state_sample_seen(batch=batch, by=by, at=at)
        changed = approve_batch(batch=batch, by=by, at=at, manifest_sha256=options["manifest"])
        batch.refresh_from_db()
        approved = batch.state != BatchState.SUBMITTED
        waiting = 0 if approved else approvals_needed(batch) - len(approvals_given(batch))
        counts = {"batch": batch.number, "approved": int(approved), "repeated": int(not changed)}
        return counts | ({"waiting": waiting} if waiting else {})
