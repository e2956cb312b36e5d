"""Judge everybody again with the data as it is now: `rejudge_targets CODE` shows who would change sides and why;
`rejudge_targets CODE --commit N` makes it so, if it is still N people. A certificate that is made is never touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.utils import timezone

from backoffice.commands import WorkCommand
from issuance.models import SelectionChange
from issuance.queries import open_campaign_by_code
from issuance.services import preview_rejudging, rejudge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")
        parser.add_argument("--commit", type=int, metavar="N", help="how many people were shown to change")

    def work(self, **options: Any) -> Mapping[str, object]:
        campaign, at = open_campaign_by_code(options["code"]), timezone.now()
        if options["commit"] is not None:
            found = rejudge(campaign=campaign, expected=options["commit"], at=at, by=None)
            return {"changed": found.open, "too_late": found.too_late}
        found = preview_rejudging(campaign=campaign, at=at, by=None)
        rows = SelectionChange.objects.filter(person__household__campaign=campaign)
        columns = ("was", "became", "reasons", "has_certificate")
        for was, became, reasons, made, count in (
            rows.order_by(*columns).values_list(*columns).annotate(Count("pk"))
        ):
            late = " too_late" if made else ""
            self.stdout.write(f"{was} -> {became} ({' '.join(reasons)}) {count}{late}")
        return {"changes": found.open, "too_late": found.too_late}
