"""Prove that the audit tables are as they were written: `check_audit [--expect STREAM:NUMBER:SHA256 …]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.commands import WorkCommand
from backoffice.refusal import Refused
from backoffice.services.audit_chain import chain_heads, seal_new_rows
from backoffice.services.audit_check import check_audit, missing_heads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--expect", action="append", default=[], help="a seal written down earlier: STREAM:NUMBER:SHA256"
        )

    def work(self, **options: Any) -> Mapping[str, object]:
        problems = [*check_audit(), *missing_heads(options["expect"])]
        for problem in problems:
            self.stdout.write(f"{problem.place} row={problem.row} {problem.what}")
        if problems:
            raise Refused(
                "audit_broken", _("監査の記録に%(count)d件の不整合があります。") % {"count": len(problems)}
            )
        sealed = seal_new_rows(at=timezone.now())
        heads = list(chain_heads())
        for stream, number, digest in heads:
            self.stdout.write(f"{stream}:{number}:{digest}")
        return {"problems": 0, "sealed": sealed, "chains": len(heads)}
