"""Take in an employer file: `import_employers CODE FILE`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from backoffice.commands import WorkCommand, name_of
from backoffice.progress import TerminalProgress
from employers.services import import_employers
from issuance.queries import open_campaign_by_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__
    tells_progress = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("file", type=Path)

    def work(self, **options: Any) -> Mapping[str, object]:
        campaign, path, at = open_campaign_by_code(options["code"]), options["file"], timezone.now()
        progress = TerminalProgress(sys.stderr)
        try:
            record = import_employers(
                campaign_code=campaign.code,
                path=path,
                file_name=name_of(path),
                at=at,
                by=None,
                progress=progress,
            )
        finally:
            progress.end()
        counts = {"rows": record.rows, "accepted": record.accepted, "rejected": record.rejected}
        return counts if record.imported_at == at else {**counts, "repeated": 1}
