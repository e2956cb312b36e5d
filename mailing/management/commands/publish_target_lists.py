"""Publish 対象者一覧表 and put them into envelopes: `publish_target_lists CODE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from backoffice.commands import WorkCommand
from issuance.queries import open_campaign_by_code
from issuance.services import publish_target_lists
from mailing.services import pack_target_lists

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")

    @transaction.atomic
    def work(self, **options: Any) -> Mapping[str, object]:
        campaign, at = open_campaign_by_code(options["code"]), timezone.now()
        published = publish_target_lists(campaign=campaign, at=at, by=None)
        envelopes = pack_target_lists(campaign=campaign, at=at, by=None)
        return {"lists": published.lists, "lines": published.lines, "envelopes": envelopes}
