"""Take in a freshness file and pull the envelopes it touches: `import_losses CODE FILE`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from backoffice.commands import WorkCommand, name_of
from backoffice.progress import TerminalProgress
from issuance.queries import open_campaign_by_code
from issuance.services import import_losses
from mailing.services import pull_lost_envelopes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__
    tells_progress = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("file", type=Path)

    @transaction.atomic
    def work(self, **options: Any) -> Mapping[str, object]:
        campaign, path, at = open_campaign_by_code(options["code"]), options["file"], timezone.now()
        progress = TerminalProgress(sys.stderr)
        try:
            record = import_losses(
                campaign=campaign, path=path, file_name=name_of(path), at=at, by=None, progress=progress
            )
        finally:
            progress.end()
        counts = pull_lost_envelopes(campaign=campaign, at=at, by=None)
        return {
            "rows": record.rows,
            "accepted": record.accepted,
            "rejected": record.rejected,
            "pulled": counts.pulled,
            "replaced": counts.replaced,
            "repeated": int(record.imported_at != at),
        }
