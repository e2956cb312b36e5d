"""Taking away the made files of a campaign whose personal data is erased: pages, packages and sealed files."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from mailing.models import Artifact, PrintBatch, RenderChunk, SealedPackage
from mailing.services.file_store import ARTIFACTS, CHUNKS, SHEAF, stored
from mailing.services.release import packages_of
from mailing.services.sealing import SEALED, SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from issuance.models import Campaign


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
