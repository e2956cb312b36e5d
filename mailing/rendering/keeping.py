"""Compiled blocks kept in a folder, so that a new process need not lay them out again. Files are named by a hash over the version
of the sheets and everything a block depends on; one that cannot be read is as good as none."""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailing.rendering.art import Art
from mailing.rendering.version import template_version

if TYPE_CHECKING:
    from collections.abc import Mapping

# Lines are (size, place, left end), as `compiling.Place` has them.
Kept = tuple[Art | None, list[list[tuple[str, str, float]]], dict[str, str]]


class Keeper:
    """The folder of compiled blocks; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def find(self, key: object) -> Kept | None:
        """What was kept for a block, or nothing."""
        if self._folder is None:
            return None
        try:
            return _read(json.loads(self._path(self._folder, key).read_bytes()))
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def keep(self, key: object, compiled: Kept) -> None:
        """Keep a block, whole or not at all; a folder that cannot be written to is no reason to stop."""
        if self._folder is None:
            return
        path = self._path(self._folder, key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as part:
                part.write(json.dumps(_written(compiled)).encode())
            Path(part.name).replace(path)
        except OSError:
            return

    @staticmethod
    def _path(folder: Path, key: object) -> Path:
        name = hashlib.sha256(repr(key).encode()).hexdigest()
        return folder / template_version() / f"{name}.json"


def _written(compiled: Kept) -> Mapping[str, Any]:
    art, lines, codes = compiled
    drawn = art and [art.name, base64.b64encode(art.content).decode(), art.regular, art.bold]
    return {"art": drawn, "lines": lines, "codes": codes}


def _read(content: Mapping[str, Any]) -> Kept:
    art = None
    if content["art"]:
        name, drawn, regular, bold = content["art"]
        art = Art(name, base64.b64decode(drawn, validate=True), tuple(regular), tuple(bold))
        if art.name != Art.name_of(art.content):
            raise ValueError("another art than its name says")
    lines = [[(size, at, float(left)) for size, at, left in slot] for slot in content["lines"]]
    return art, lines, dict(content["codes"])
