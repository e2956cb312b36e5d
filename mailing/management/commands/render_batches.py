"""Let the workers render every batch that waits: `render_batches CODE [--wait] [--timeout SECONDS]`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.commands import WorkCommand
from backoffice.refusal import Refused
from issuance.models import Campaign
from issuance.queries import campaign_by_code
from mailing.models import PrintBatch
from mailing.queries import rendering_counts
from mailing.services import request_rendering
from mailing.states import BatchState, RenderState
from mailing.tasks import send_rendering

_LOOK_EVERY = 0.5


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--wait", action="store_true", help="return when all are done")
        parser.add_argument(
            "--timeout", type=float, default=600, help="with --wait: give up after this many seconds without progress"
        )

    def work(self, **options: Any) -> Mapping[str, object]:
        campaign = campaign_by_code(options["code"])
        planned = PrintBatch.objects.filter(campaign=campaign, state=BatchState.PLANNED)
        request_rendering(batches=planned, at=timezone.now(), by=None)
        under_way = list(planned.filter(render_state=RenderState.RENDERING).values_list("pk", flat=True))
        send_rendering()
        if options["wait"] and under_way:
            self._wait(campaign, under_way, options["timeout"])
        counts = rendering_counts(PrintBatch.objects.filter(pk__in=under_way))
        return {
            "batches": len(under_way),
            "rendered": counts.rendered,
            "failed": counts.failed,
            "stopped": counts.stopped,
        }
