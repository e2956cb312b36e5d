"""Lists as files: put on record, written by a worker, kept for a week, removed by the sweeper."""

from __future__ import annotations

import csv
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from django.db import transaction

from backoffice.csv_export import neutralised
from backoffice.models import AccessLog, Job, ListExport
from backoffice.models.list_export import export_folder
from backoffice.services.access_log import log_access
from backoffice.services.jobs import start_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from backoffice.models import User

KIND, TASK = "backoffice.write_list_export", "backoffice.write_export"
KEPT_FOR = timedelta(days=7)
# No list takes longer to write.
HALF_WRITTEN_FOR = timedelta(days=1)
MOST_MISFITS_NAMED = 1_000
TELL_EVERY = 500
# What printers set where a character is missing (geta): seen at once, and never another character.
GETA = "〓"

Misfit = tuple[int, str, str]


@transaction.atomic
def request_list_export(
    *, title: str, address: str, query: str, encoding: str, by: User, at: datetime
) -> ListExport:
    """Put an export and its job on record; the access log says who asked for which list."""
    export = ListExport.objects.create(
        title=title[:100],
        address=address,
        query=query,
        encoding=encoding,
        made_by=by,
        asked_at=at,
        keep_until=at + KEPT_FOR,
    )
    export.refresh_from_db(fields=["public_id"])
    export.job = start_job(kind=KIND, subject=str(export.public_id), by=by, at=at, task=TASK)
    export.save(update_fields=["job"])
    log_access(user=by, action=AccessLog.Action.EXPORT, screen="export", subject=str(export.public_id), at=at)
    return export


def write_list_export(
    *,
    export: ListExport,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    at: datetime,
    report: Callable[[int], None],
) -> int:
    """Write the file and return its number of rows; it appears only when it is whole.

    Cells are neutralised against formulas. A character the encoding does not have becomes 〓 and is named in `misfits`.
    `report` is told the number of rows from time to time; what it raises leaves no file behind. Done twice, the second file
    replaces the first.
    """
    path = export.path
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    marked = "utf-8-sig" if export.encoding == ListExport.Encoding.UTF_8 else export.encoding
    misfits = _Misfits(export.encoding, header)
    written = 0
    try:
        with unfinished.open("w", encoding=marked, newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            for line, row in enumerate(chain([header], rows), 1):
                writer.writerow(misfits.fitting(line, map(neutralised, row)))
                written = line - 1
                if line % TELL_EVERY == 0:
                    report(written)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    ListExport.objects.filter(pk=export.pk).update(
        made_at=at, rows=written, query="", misfit_count=misfits.count, misfits=misfits.named
    )
    return written


class _Misfits:
    """Cells with characters that the encoding does not have."""

    def __init__(self, encoding: str, header: Sequence[str]) -> None:
        self._encoding = encoding
        self._header = header
        self.count = 0
        self.named: list[Misfit] = []

    def fitting(self, line: int, cells: Iterable[str]) -> Iterator[str]:
        """The cells of a line as they can be written."""
        for place, cell in enumerate(cells):
            yield cell if self._fits(cell) else self._replaced(line, place, cell)

    def _fits(self, text: str) -> bool:
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        return True

    def _replaced(self, line: int, place: int, cell: str) -> str:
        bad = [character for character in cell if not self._fits(character)]
        self.count += len(bad)
        if len(self.named) < MOST_MISFITS_NAMED:
            points = " ".join(f"U+{ord(character):04X}" for character in bad)
            self.named.append((line, self._header[place], points))
        return "".join(character if self._fits(character) else GETA for character in cell)


def remove_old_exports(*, at: datetime) -> int:
    """Remove what nobody may take away any more, what a dead process left half written, and the words of what was never made; return
    how many files.
    """
    old = ListExport.objects.filter(keep_until__lte=at, removed_at__isnull=True)
    removed = 0
    for export in old.filter(made_at__isnull=False):
        export.path.unlink(missing_ok=True)
        removed += ListExport.objects.filter(pk=export.pk, removed_at__isnull=True).update(removed_at=at)
    for part in export_folder().glob("*.part"):
        if part.stat().st_mtime < (at - HALF_WRITTEN_FOR).timestamp():
            part.unlink(missing_ok=True)
            removed += 1
    ended = (Job.State.FAILED, Job.State.CANCELLED)
    ListExport.objects.filter(made_at__isnull=True, job__state__in=ended).exclude(query="").update(query="")
    return removed
