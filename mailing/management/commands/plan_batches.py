"""Cut packed envelopes into print batches: `plan_batches CODE [--max-envelopes N]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from backoffice.commands import WorkCommand
from issuance.queries import open_campaign_by_code
from mailing.services import plan_batches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--max-envelopes", type=int)

    def work(self, **options: Any) -> Mapping[str, object]:
        campaign = open_campaign_by_code(options["code"])
        batches = plan_batches(
            campaign=campaign, max_envelopes=options["max_envelopes"], at=timezone.now(), by=None
        )
        return {"batches": batches}
