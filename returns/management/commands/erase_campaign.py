"""Erase a closed campaign's personal data, by two people: `erase_campaign CODE --by USER` shows what goes and what stays and puts it
on record; `erase_campaign CODE --confirm --by OTHER` erases. Stopped in between, the second call goes on where it was.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.commands import WorkCommand, staff_user
from backoffice.progress import TerminalProgress
from backoffice.refusal import Refused
from issuance.queries import campaign_by_code
from returns.services import confirm_erasure, erase_campaign, propose_erasure, standing_erasure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser

    from backoffice.models import User
    from issuance.models import Campaign


class Command(WorkCommand):
    help = __doc__
    tells_progress = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--by", required=True)
        parser.add_argument("--confirm", action="store_true", help="USER has seen the numbers and agrees")

    def work(self, **options: Any) -> Mapping[str, object]:
        campaign, by = campaign_by_code(options["code"]), staff_user(options["by"])
        return self.erase(campaign, by) if options["confirm"] else self.show(campaign, by)

    def show(self, campaign: Campaign, by: User) -> Mapping[str, object]:
        """Put the erasure on record and print its numbers; shown again, nothing is counted twice."""
        erasure = standing_erasure(campaign) or propose_erasure(campaign=campaign, at=timezone.now(), by=by)
        for name, count in erasure.to_erase.items():
            self.stdout.write(f"erase {name} {count}")
        for kind in ("certificates", "envelopes", "returns", "exceptions", "collected"):
            for *what, count in erasure.kept[kind]:
                self.stdout.write(f"keep {kind} {'/'.join(filter(None, what))} {count}")
        return {
            "campaign": campaign.code,
            "proposed": 1,
            "confirmed": int(bool(erasure.confirmed_at)),
            "erased": int(bool(erasure.erased_at)),
        }

    def erase(self, campaign: Campaign, by: User) -> Mapping[str, object]:
        """Confirm as the second person and erase."""
        erasure = standing_erasure(campaign)
        if erasure is None:
            raise Refused("no_erasure", _("消去は準備されていません。"))
        if erasure.confirmed_at is None:
            confirm_erasure(erasure=erasure, at=timezone.now(), by=by)
        progress = TerminalProgress(sys.stderr)
        try:
            erased = erase_campaign(erasure=erasure, at=timezone.now(), report=progress)
        finally:
            progress.end()
        return {"campaign": campaign.code, **erased}
