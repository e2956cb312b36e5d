"""A PDF as the press writes it: objects one after another, pages under a tree, no clock and no chance in any byte."""

from __future__ import annotations

import hashlib

import deflate

# One pinned library deflates everywhere: another zlib would give other bytes for the same page.
LEVEL = 6
_LEAF = 64
_HEADER = b"%PDF-1.7\n%\xe5\xb1\x8a\xe3\n"


def deflated(content: bytes) -> bytes:
    """The content as a stream's data; the same content gives the same bytes everywhere."""
    return bytes(deflate.zlib_compress(content, LEVEL))


class PdfFile:
    """A file under construction in memory. Objects are numbered in the order in which they are added."""

    def __init__(self) -> None:
        self._parts: list[bytes] = [_HEADER]
        self._length = len(_HEADER)
        self._offsets: list[int] = []

    def add(self, content: str) -> int:
        """Add an object; its number."""
        return self._write(content.encode("latin-1"))

    def stream(self, content: bytes, entries: str = "") -> int:
        """Add a stream, deflated, with more entries for its dictionary; its number."""
        return self.deflated(deflated(content), entries)

    def deflated(self, data: bytes, entries: str = "") -> int:
        """Add a stream that is deflated already; its number."""
        head = f"<<{entries}/Filter/FlateDecode/Length {len(data)}>>\nstream\n"
        return self._write(b"%s%s\nendstream" % (head.encode("latin-1"), data))

    def _write(self, content: bytes) -> int:
        self._offsets.append(self._length)
        number = len(self._offsets)
        part = b"%d 0 obj\n%s\nendobj\n" % (number, content)
        self._parts.append(part)
        self._length += len(part)
        return number

    def finish(self, pages: list[int], *, resources: str, box: str, title: str) -> bytes:
        """Put pages with these contents under a tree with these resources and this box; the whole file."""
        leaves = [pages[start : start + _LEAF] for start in range(0, len(pages), _LEAF)]
        root = len(self._offsets) + len(pages) + len(leaves) + 1
        nodes = []
        for leaf in leaves:
            node = len(self._offsets) + len(leaf) + 1
            kids = [self.add(f"<</Type/Page/Parent {node} 0 R/Contents {content} 0 R>>") for content in leaf]
            self.add(f"<</Type/Pages/Parent {root} 0 R/Count {len(kids)}/Kids[{_references(kids)}]>>")
            nodes.append(node)
        self.add(
            f"<</Type/Pages/Count {len(pages)}/Kids[{_references(nodes)}]"
            f"/MediaBox[{box}]/Resources<<{resources}>>>>"
        )
        catalog = self.add(f"<</Type/Catalog/Pages {root} 0 R/Lang(ja-JP)>>")
        information = self.add(f"<</Title<FEFF{title.encode('utf-16-be').hex().upper()}>/Producer(Todoke)>>")
        return self._closed(catalog, information)

    def _closed(self, catalog: int, information: int) -> bytes:
        body = b"".join(self._parts)
        size = len(self._offsets) + 1
        table = "".join(f"{offset:010d} 00000 n \n" for offset in self._offsets)
        identity = hashlib.sha256(body).hexdigest()[:32]
        end = (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}"
            f"trailer\n<</Size {size}/Root {catalog} 0 R/Info {information} 0 R"
            f"/ID[<{identity}><{identity}>]>>\nstartxref\n{self._length}\n%%EOF\n"
        )
        return body + end.encode()


def _references(numbers: list[int]) -> str:
    return " ".join(f"{number} 0 R" for number in numbers)
