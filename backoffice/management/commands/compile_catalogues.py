"""Compile the message catalogues without GNU gettext, which a bare machine does not have."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polib
from django.conf import settings

from backoffice.commands import WorkCommand

if TYPE_CHECKING:
    from collections.abc import Mapping


class Command(WorkCommand):
    help = "Compile every .po below the locale directories whose .mo is missing or older; safe to run again."

    def work(self, **options: Any) -> Mapping[str, object]:
        sources = [source for root in settings.LOCALE_PATHS for source in sorted(Path(root).rglob("*.po"))]
        stale = [source for source in sources if is_stale(source)]
        for source in stale:
            compile_catalogue(source)
        return {"catalogues": len(sources), "compiled": len(stale)}


def compile_catalogue(source: Path) -> None:
    """Put the compiled form beside its source, whole or not at all: somebody may be reading the old one."""
    part = source.with_suffix(f".{os.getpid()}.part")
    polib.pofile(str(source)).save_as_mofile(str(part))
    part.replace(source.with_suffix(".mo"))


def is_stale(source: Path) -> bool:
    """Whether the catalogue's compiled form is missing or older than its source."""
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < source.stat().st_mtime_ns
