"""Which encoding a file is in: UTF-8 (with or without BOM) or CP932, decided strictly (interfaces.md §1)."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = 1 << 20
# Python's codec maps the five bytes CP932 leaves undefined (80, A0, FD, FE, FF) to these instead of
# refusing them.
_UNDEFINED_BYTES = re.compile("[\x80\uf8f0-\uf8f3]")


class UndecodableFile(ValueError):
    """The file is valid in neither encoding."""


def detect_encoding(path: Path) -> str:
    """`utf-8-sig`, `utf-8` or `cp932`: the first in which every byte of the file is valid.

    Reads the whole file in blocks, so that its size does not matter. A BOM is taken at its word: what
    follows it must be UTF-8.

    :raises UndecodableFile: none is.
    """
    with path.open("rb") as file:
        bom = file.read(3) == codecs.BOM_UTF8
    for encoding in ("utf-8-sig",) if bom else ("utf-8", "cp932"):
        if _is_valid(path, encoding):
            return encoding
    raise UndecodableFile(path.name)


def _is_valid(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                text = decoder.decode(block)
                if encoding == "cp932" and _UNDEFINED_BYTES.search(text):
                    return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
