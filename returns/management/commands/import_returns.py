"""Take in the returns contractor's list: `import_returns CODE FILE --by USER`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from backoffice.commands import WorkCommand, name_of, staff_user
from backoffice.progress import TerminalProgress
from issuance.queries import open_campaign_by_code
from returns.services import import_returns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__
    tells_progress = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True)

    def work(self, **options: Any) -> Mapping[str, object]:
        path, at, progress = options["file"], timezone.now(), TerminalProgress(sys.stderr)
        try:
            record = import_returns(
                campaign=open_campaign_by_code(options["code"]),
                path=path,
                file_name=name_of(path),
                at=at,
                by=staff_user(options["by"]),
                progress=progress,
            )
        finally:
            progress.end()
        counts = {
            "rows": record.rows,
            "recorded": record.recorded,
            "repeated": record.repeated,
            "unknown": record.unknown,
            "rejected": record.rejected,
        }
        return counts if record.imported_at == at else {**counts, "imported_before": 1}
