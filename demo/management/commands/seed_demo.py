"""Prepare the demo: its staff and a campaign mid-way; a second run only prints the staff."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backoffice.commands import WorkCommand, staff_user
from demo import story
from demo.files import FileForm, write_roster
from demo.staff import ensure_staff
from issuance.models import Campaign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser

PEOPLE, SEED = 500, 2025


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--users-only", action="store_true", help="the staff alone, without a campaign")

    def work(self, **options: Any) -> Mapping[str, object]:
        staff = ensure_staff()
        if not options["users_only"]:
            self.tell_story()
        for member, password in staff:
            roles = "、".join(str(role.label) for role in member.roles)
            self.stdout.write(
                f"{member.username:12} {password:26} {roles}{' 13支部' if member.branch_code else ''}"
            )
        if settings.DEMO_SECOND_FACTOR_CODE:
            self.stdout.write(
                f"認証アプリのコード（承認者・システム管理）: {settings.DEMO_SECOND_FACTOR_CODE}"
            )
        return {"users": len(staff)}

    def tell_story(self) -> None:
        """Walk the campaign in one transaction: it is there as a whole or not at all."""
        if Campaign.objects.filter(code=story.CODE).exists():
            return
        now, directory = timezone.now(), Path(settings.DATA_DIR) / "demo"
        shutil.rmtree(directory, ignore_errors=True)
        form = FileForm(prefectures=("13", "27", "04"), broken=0.01)
        write_roster(directory, count=PEOPLE, seed=SEED, form=form)
        clerk, supervisor = staff_user("clerk"), staff_user("supervisor")
        with transaction.atomic():
            campaign = story.begin(directory, clerk=clerk, now=now)
            story.render(campaign, now=now)
            story.send_out(campaign, directory, clerk=clerk, supervisor=supervisor, now=now)
            story.take_back(
                campaign, directory, desk=staff_user("returns"), supervisor=staff_user("supervisor2"), now=now
            )
