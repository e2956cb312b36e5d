"""End a campaign in which nothing is open any more: `close_campaign CODE --by USER`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from backoffice.commands import WorkCommand, staff_user
from issuance.queries import campaign_by_code
from returns.services import close_campaign, erasure_due_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--by", required=True)

    def work(self, **options: Any) -> Mapping[str, object]:
        campaign = campaign_by_code(options["code"])
        by, before = staff_user(options["by"]), campaign.closed_at
        if before is None:
            close_campaign(campaign=campaign, at=timezone.now(), by=by)
            campaign.refresh_from_db()
        closed = {"campaign": campaign.code, "closed": 1, "erasable_from": erasure_due_on(campaign)}
        return closed if before is None else {**closed, "repeated": 1}
