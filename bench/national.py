"""A campaign of any size to measure on, in a scratch database: files made for it, taken in, judged and packed."""

from __future__ import annotations

import argparse
import resource
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from issuance.models import Campaign

SEED = 2025


@dataclass
class Clock:
    """Seconds by what was done."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0) + time.perf_counter() - started


def people_of(description: str | None) -> int:
    """The size asked for on the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--people", type=int, default=100_000)
    return int(parser.parse_args().people)


@contextmanager
def roster(people: int, clock: Clock) -> Iterator[Path]:
    """A folder with the two files."""
    from demo.files import FileForm, write_roster

    with TemporaryDirectory() as folder:
        with clock("files made"):
            write_roster(Path(folder), count=people, seed=SEED, form=FileForm(), processes=2)
        yield Path(folder)


def take_in(folder: Path, clock: Clock) -> Campaign:
    """A campaign into which both files were taken."""
    from django.utils import timezone

    from employers.services import import_employers
    from issuance.services import create_campaign, import_insured

    at = timezone.now()
    campaign = create_campaign(code="BENCH", at=at, by=None).campaign
    with clock("employers"):
        import_employers(
            campaign_code="BENCH", path=folder / "employers.csv", file_name="e.csv", at=at, by=None
        )
    with clock("intake"):
        import_insured(campaign=campaign, path=folder / "insured.csv", file_name="i.csv", at=at, by=None)
    return campaign


def peak_megabytes() -> int:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def print_table(title: str, rows: list[tuple[str, str, str]]) -> None:
    """Three columns as a table of the documentation."""
    print(f"\n| {title} | s | ratio |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
