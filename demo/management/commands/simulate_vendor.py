"""Answer a package as a print vendor would: `simulate_vendor PACKAGE|SEALED.zip --seed N [--late --missing …]`.

The password of a sealed package is taken from TODOKE_PACKAGE_PASSWORD or asked for; the results lie beside the package.
"""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backoffice.commands import PACKAGE_PASSWORD, WorkCommand, asked_secret
from demo.vendor import Faults, answer
from mailing.services import opened_package

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
        package = options["package"].resolve()
        with opened_package(package, password=partial(asked_secret, *PACKAGE_PASSWORD)) as folder:
            made = answer(folder, seed=options["seed"], faults=faults, beside=package.with_suffix(""))
        later = {"later": made.second} if made.second else {}
        return {"results": made.first, **later, "rows": made.rows}
