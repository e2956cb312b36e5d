"""Judge everyone who has no outcome yet: `select_targets CODE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from backoffice.commands import WorkCommand
from issuance.queries import open_campaign_by_code
from issuance.services import select_targets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")

    def work(self, **options: Any) -> Mapping[str, object]:
        counts = select_targets(campaign=open_campaign_by_code(options["code"]), at=timezone.now(), by=None)
        return {
            "targets": counts.targets,
            "held": counts.held,
            "excluded": counts.excluded,
            "fresh": counts.fresh,
        }
