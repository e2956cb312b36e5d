"""Answer a package as a print vendor would: `simulate_vendor PACKAGE --seed N [--late --missing …]`."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backoffice.commands import WorkCommand
from demo.vendor import Faults, answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("package", type=Path)
        parser.add_argument("--seed", type=int, default=1)
        for fault in fields(Faults):
            parser.add_argument(f"--{fault.name.replace('_', '-')}", action="store_true")

    def work(self, **options: Any) -> Mapping[str, object]:
        faults = Faults(**{fault.name: options[fault.name] for fault in fields(Faults)})
        made = answer(options["package"].resolve(), seed=options["seed"], faults=faults)
        later = {"later": made.second} if made.second else {}
        return {"results": made.first, **later, "rows": made.rows}
