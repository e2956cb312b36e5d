"""Taking away made files: those of a campaign whose personal data is erased, and those that nothing names any more."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from mailing.models import Artifact, PrintBatch, RenderChunk, SealedPackage
from mailing.services.file_store import ARTIFACTS, CHUNKS, SHEAF, stored
from mailing.services.release import packages_of
from mailing.services.sealing import SEALED, SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from issuance.models import Campaign

# Whoever has just written a file is about to name it.
UNNAMED_FOR = timedelta(days=1)


def remove_unnamed_files(*, at: datetime) -> int:
    """Remove sheaves that no chunk names any more (it was made again, or its batch was revised or cancelled), batch files that were joined
    and then not wanted, and what a dead process left half written, a day after it was written; return how many.
    """
    removed = 0
    for folder in (CHUNKS, ARTIFACTS):
        for path in (Path(settings.DATA_DIR) / folder).glob("*"):
            if not _is_named(path) and path.stat().st_mtime < (at - UNNAMED_FOR).timestamp():
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def _is_named(path: Path) -> bool:
    """Whether a row names the file; of what is neither a sheaf nor a batch file nor half written it is taken for granted."""
    if path.suffix == SHEAF:
        return RenderChunk.objects.filter(sha256=path.stem).exists()
    if path.suffix == ".pdf":
        return Artifact.objects.filter(sha256=path.stem).exists()
    return path.suffix != ".part"


def printed_files(campaign: Campaign) -> Iterator[Path]:
    """Every file and package folder of the campaign that is there and shows somebody's name. The manifests stay: they name
    hashes and piece numbers only, and are what the approvals were bound to.
    """
    for folder, suffix, hashes in (
        (ARTIFACTS, ".pdf", Artifact.objects.filter(batch__campaign=campaign)),
        (CHUNKS, SHEAF, RenderChunk.objects.filter(batch__campaign=campaign).exclude(sha256="")),
        (SEALED, SUFFIX, SealedPackage.objects.filter(batch__campaign=campaign)),
    ):
        for sha256 in hashes.order_by("pk").values_list("sha256", flat=True).iterator():
            path = stored(folder, sha256, suffix)
            if path.is_file():
                yield path
    for batch in PrintBatch.objects.filter(campaign=campaign).order_by("pk").iterator():
        yield from packages_of(batch)


def remove_printed_files(campaign: Campaign) -> int:
    """Remove them; how many files and folders are gone. Done twice, nothing more goes."""
    removed = 0
    for path in printed_files(campaign):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        removed += 1
    return removed
