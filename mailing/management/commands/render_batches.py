"""Let the workers render every batch that waits: `render_batches CODE [--wait] [--timeout SECONDS]`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.commands import WorkCommand
from backoffice.refusal import Refused
from issuance.queries import open_campaign_by_code
from mailing.models import PrintBatch
from mailing.queries import RenderingProgress, rendering_progress, stopped_envelopes
from mailing.services import request_rendering
from mailing.states import BatchState, RenderState
from mailing.tasks import send_rendering

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser

_LOOK_EVERY = 0.5
# The sweeper's work, where no clock is running; more often it would only fill the queue.
_SWEEP_EVERY = 10.0


class Command(WorkCommand):
    help = __doc__
    tells_progress = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--wait", action="store_true", help="return when all are done")
        parser.add_argument(
            "--timeout",
            type=float,
            default=600,
            help="with --wait: give up after this many seconds without progress",
        )

    def work(self, **options: Any) -> Mapping[str, object]:
        campaign = open_campaign_by_code(options["code"])
        planned = PrintBatch.objects.filter(campaign=campaign, state=BatchState.PLANNED)
        request_rendering(batches=planned, at=timezone.now(), by=None)
        under_way = list(planned.filter(render_state=RenderState.RENDERING).values_list("pk", flat=True))
        send_rendering()
        if options["wait"]:
            self._wait(under_way, options["timeout"])
        now = rendering_progress(under_way)
        if options["wait"] and now.failed:
            raise Refused(
                "rendering_failed",
                _("%(failed)d個のバッチの組版に失敗しました。「印刷バッチ」の一覧で原因を確かめてください。")
                % {"failed": now.failed},
            )
        stopped = stopped_envelopes(campaign).count()
        return {"batches": len(under_way), "rendered": now.rendered, "failed": now.failed, "stopped": stopped}

    def _wait(self, batches: list[int], timeout: float) -> None:
        """
        :raises Refused: `no_progress`: nothing has moved for `timeout` seconds; are the workers running?
        """
        seen, since = rendering_progress(batches), time.monotonic()
        swept = since
        while seen.under_way:
            time.sleep(_LOOK_EVERY)
            if time.monotonic() - swept >= _SWEEP_EVERY:
                send_rendering()
                swept = time.monotonic()
            now = rendering_progress(batches)
            if now != seen:
                seen, since = now, time.monotonic()
                self._show(now)
            elif time.monotonic() - since > timeout:
                raise Refused(
                    "no_progress",
                    _("%(seconds)d秒間、組版が進みませんでした。ワーカーが動いているか確認してください。")
                    % {"seconds": timeout},
                )

    def _show(self, now: RenderingProgress) -> None:
        if self.stderr.isatty():
            self.stderr.write(
                f"\r{now.chunks_done}/{now.chunks} chunks, {now.rendered} batches",
                ending="" if now.under_way else "\n",
            )
