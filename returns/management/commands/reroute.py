"""Run the monthly cycle: `reroute CODE --cutoff DATE [--max-envelopes N]`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from backoffice.commands import WorkCommand
from backoffice.progress import TerminalProgress
from backoffice.refusal import Refused
from issuance.queries import open_campaign_by_code
from japan.wareki import DateError, parse_date
from returns.services import reroute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__
    tells_progress = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--cutoff", required=True)
        parser.add_argument("--max-envelopes", type=int)

    def work(self, **options: Any) -> Mapping[str, object]:
        try:
            cutoff = parse_date(options["cutoff"])
        except DateError as error:
            raise Refused(error.rule, str(error)) from None
        progress = TerminalProgress(sys.stderr)
        try:
            counts = reroute(
                campaign=open_campaign_by_code(options["code"]),
                cutoff=cutoff,
                max_envelopes=options["max_envelopes"],
                at=timezone.now(),
                by=None,
                report=progress,
            )
        finally:
            progress.end()
        return {"rerouted": counts.rerouted, "exceptions": counts.exceptions, "employers": counts.employers}
