"""Prove the invariants of a campaign from the tables: `check_integrity CODE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from backoffice.commands import WorkCommand
from backoffice.refusal import Refused
from issuance.queries import campaign_by_code
from returns.queries import check_integrity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code")

    def work(self, **options: Any) -> Mapping[str, object]:
        findings = check_integrity(campaign_by_code(options["code"]))
        for finding in findings:
            words = [f"proven_on={finding.proven_on}"] if finding.proven_on else finding.details
            details = f" ({', '.join(words)})" if words else ""
            self.stdout.write(f"{finding.number} {finding.name} breaches={finding.breaches}{details}")
        breaches = sum(finding.breaches for finding in findings)
        if breaches:
            raise Refused(
                "integrity_broken", _("不変条件に反するデータが%(count)d件あります。") % {"count": breaches}
            )
        return {"invariants": len(findings), "breaches": breaches}
