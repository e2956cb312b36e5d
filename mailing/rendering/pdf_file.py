"""A PDF as the press writes it: objects one after another, pages under a tree, no clock and no chance in any byte."""

from __future__ import annotations

import hashlib
from itertools import accumulate
from typing import TYPE_CHECKING

import deflate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# One pinned library deflates everywhere: another zlib would give other bytes for the same page.
LEVEL = 1
_LEAF = 64
# The check sum of a stream, and what follows it.
_LONGEST_END = 4 + len(b"\nendstream\nendobj\n")
_HEADER = b"%PDF-1.7\n%\xe5\xb1\x8a\xe3\n"


def deflated(content: bytes) -> bytes:
    """The content as a stream's data; the same content gives the same bytes everywhere."""
    return bytes(deflate.zlib_compress(content, LEVEL))


class PdfFile:
    """A file under construction in memory. Objects are numbered in the order in which they are added."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []

    def add(self, content: str) -> int:
        """Add an object; its number."""
        number = len(self._objects) + 1
        self._objects.append(b"%d 0 obj\n%s\nendobj\n" % (number, content.encode("latin-1")))
        return number

    def stream(self, content: bytes, entries: str = "") -> int:
        """Add a stream, deflated, with more entries for its dictionary; its number."""
        [number] = self.deflated([deflated(content)], entries)
        return number

    def deflated(self, contents: Iterable[bytes], entries: str = "") -> range:
        """Add streams that are deflated already, all with the same entries; their numbers."""
        first = len(self._objects) + 1
        form = b"%%d 0 obj\n<<%s/Filter/FlateDecode/Length %%d>>\nstream\n%%s\nendstream\nendobj\n"
        form %= entries.encode("latin-1")
        self._objects += [form % (number, len(data), data) for number, data in enumerate(contents, first)]
        return range(first, len(self._objects) + 1)

    def finish(self, pages: Sequence[int], *, resources: str, box: str, title: str) -> bytes:
        """Put pages with these contents under a tree with these resources and this box; the whole file."""
        leaves = [pages[start : start + _LEAF] for start in range(0, len(pages), _LEAF)]
        root = len(self._objects) + len(pages) + len(leaves) + 1
        nodes = []
        for leaf in leaves:
            kids = self._leaf(leaf)
            count = len(kids)
            nodes.append(
                self.add(f"<</Type/Pages/Parent {root} 0 R/Count {count}/Kids[{_references(kids)}]>>")
            )
        self.add(
            f"<</Type/Pages/Count {len(pages)}/Kids[{_references(nodes)}]"
            f"/MediaBox[{box}]/Resources<<{resources}>>>>"
        )
        catalog = self.add(f"<</Type/Catalog/Pages {root} 0 R/Lang(ja-JP)>>")
        information = self.add(f"<</Title<FEFF{title.encode('utf-16-be').hex().upper()}>/Producer(Todoke)>>")
        return self._closed(catalog, information)

    def _leaf(self, contents: Sequence[int]) -> range:
        """Pages with these contents, one after another, under the node that follows them."""
        first = len(self._objects) + 1
        node = first + len(contents)
        form = b"%%d 0 obj\n<</Type/Page/Parent %d 0 R/Contents %%d 0 R>>\nendobj\n" % node
        self._objects += [form % numbers for numbers in enumerate(contents, first)]
        return range(first, node)

    def _closed(self, catalog: int, information: int) -> bytes:
        size = len(self._objects) + 1
        *offsets, end = accumulate(map(len, self._objects), initial=len(_HEADER))
        table = b"%010d 00000 n \n" * len(offsets) % tuple(offsets)
        identity = self._identity(table)
        trailer = (
            f"trailer\n<</Size {size}/Root {catalog} 0 R/Info {information} 0 R"
            f"/ID[<{identity}><{identity}>]>>\nstartxref\n{end}\n%%EOF\n"
        )
        head = b"xref\n0 %d\n0000000000 65535 f \n" % size
        return b"".join([_HEADER, *self._objects, head, table, trailer.encode()])

    def _identity(self, table: bytes) -> str:
        """A hash over where everything stands and how each object ends; a stream ends with the check sum of its content."""
        ends = b"".join([content[-_LONGEST_END:] for content in self._objects])
        return hashlib.blake2b(table + ends, digest_size=16).hexdigest()


def _references(numbers: Iterable[int]) -> str:
    return " ".join(map("{} 0 R".format, numbers))
