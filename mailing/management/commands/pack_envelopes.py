"""Issue certificates and put them into envelopes: `pack_envelopes CODE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from backoffice.commands import WorkCommand
from issuance.queries import open_campaign_by_code
from mailing.services import pack_envelopes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")

    def work(self, **options: Any) -> Mapping[str, object]:
        made = pack_envelopes(campaign=open_campaign_by_code(options["code"]), at=timezone.now(), by=None)
        return {"envelopes": made.envelopes, "certificates": made.certificates}
