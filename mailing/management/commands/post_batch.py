"""Record the hand-over of a batch to the post: `post_batch BATCH --on DATE --by USER`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from backoffice.commands import WorkCommand, staff_user
from backoffice.refusal import Refused
from japan.wareki import DateError, parse_date
from mailing.queries import batch_by_number
from mailing.services import post_batch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch")
        parser.add_argument("--on", required=True)
        parser.add_argument("--by", required=True)

    def work(self, **options: Any) -> Mapping[str, object]:
        try:
            day = parse_date(options["on"])
        except DateError as error:
            raise Refused(error.rule, str(error)) from None
        batch = batch_by_number(options["batch"])
        by = staff_user(options["by"])
        posted = post_batch(batch=batch, on=day, by=by, at=timezone.now())
        return {"posted": posted, "repeated": int(not posted)}
