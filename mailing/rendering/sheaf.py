"""A sheaf: the finished pages of a range of envelopes, not yet bound into a file. Sheaves of one batch may be made anywhere, in
any order, and cut at any place: bound together they give the same file."""

from __future__ import annotations

import json
from dataclasses import dataclass

from mailing.rendering.art import Art

_MAGIC = "todoke-sheaf-1"


@dataclass(frozen=True, slots=True)
class Sheaf:
    """Deflated page contents in order, how many pages each envelope takes, the signs set on them, the special signs of each text
    that needs a font resource of its own, and the art the pages call."""

    pages: tuple[bytes, ...]
    page_counts: tuple[int, ...]
    signs: frozenset[str]
    mixed: frozenset[str]
    arts: frozenset[Art]

    def to_bytes(self) -> bytes:
        """The sheaf as it is kept between two workers; equal sheaves give equal bytes."""
        arts = sorted(self.arts, key=lambda art: art.name)
        head = {
            "magic": _MAGIC,
            "counts": self.page_counts,
            "signs": sorted(self.signs),
            "mixed": sorted(self.mixed),
            "arts": [[art.name, len(art.content), art.regular, art.bold] for art in arts],
            "pages": [len(page) for page in self.pages],
        }
        line = json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode()
        return b"\n".join([line, b"".join([*(art.content for art in arts), *self.pages])])

    @classmethod
    def from_bytes(cls, content: bytes) -> Sheaf:
        """The sheaf again.

        :raises ValueError: these are not the bytes of a sheaf.
        """
        line, _end, body = content.partition(b"\n")
        head = json.loads(line)
        if head["magic"] != _MAGIC:
            raise ValueError("not a sheaf")
        place = 0
        arts = []
        for name, length, regular, bold in head["arts"]:
            arts.append(Art(name, body[place : place + length], tuple(regular), tuple(bold)))
            place += length
        pages = []
        for length in head["pages"]:
            pages.append(body[place : place + length])
            place += length
        signs, mixed = frozenset(head["signs"]), frozenset(head["mixed"])
        return cls(tuple(pages), tuple(head["counts"]), signs, mixed, frozenset(arts))
