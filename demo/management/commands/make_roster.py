"""Make employer and roster files: `make_roster --people N --seed S OUTDIR`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from backoffice.commands import WorkCommand
from demo.files import FileForm, write_roster

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.management.base import CommandParser


class Command(WorkCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("outdir", type=Path)
        parser.add_argument("--people", type=int, default=5000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--encoding", choices=["utf-8", "utf-8-sig", "cp932"], default="utf-8")
        parser.add_argument("--headers", choices=["ja", "en"], default="ja")
        parser.add_argument("--processes", type=int, default=2, help="how many make rows at the same time")
        parser.add_argument("--broken", type=float, default=0.5, help="share of broken rows in percent")

    def work(self, **options: Any) -> Mapping[str, object]:
        form = FileForm(options["encoding"], options["headers"] == "ja", options["broken"] / 100)
        written = write_roster(
            options["outdir"],
            count=options["people"],
            seed=options["seed"],
            form=form,
            processes=options["processes"],
        )
        return {"people": written.people, "employers": written.employers, "broken": written.broken}
