"""Opening a file of the press: its objects and the contents of its pages in order, straight from its bytes.

It knows only how the press writes, and shares no code with it: a file that is put together in any other way is not read.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import deflate

if TYPE_CHECKING:
    from collections.abc import Iterator

_END = re.compile(rb"startxref\n(\d+)\n%%EOF\n")
_LONGEST_END = 40
_TABLE = re.compile(
    rb"xref\n0 (\d+)\n0000000000 65535 f \n((?:\d{10} 00000 n \n)+)trailer\n<</Size \d+/Root (\d+) 0 R"
)
_CATALOG = re.compile(rb"<</Type/Catalog/Pages (\d+) 0 R[^<>]*>>")
_NODE = re.compile(rb"<</Type/Pages(?:/Parent \d+ 0 R)?/Count \d+/Kids\[([\d R]*)\].*>>")
_PAGE = re.compile(rb"<</Type/Page/Parent (\d+) 0 R/Contents (\d+) 0 R>>")
_STREAM = re.compile(rb"<<[^>]*/Length (\d+)>>\nstream\n")
_CLOSED = b"\nendstream"
# Nearly every page's contents are shorter.
_ROOM = 16_384


class Unreadable(ValueError):
    """The file does not show what its texts say, or holds what no press of ours wrote."""


class OpenedFile:
    """The objects of a file by their numbers."""

    def __init__(self, content: bytes) -> None:
        """:raises Unreadable: the table of objects is not where it has to be."""
        end = _END.search(content, max(0, len(content) - _LONGEST_END))
        table = _TABLE.match(content, int(end[1])) if end and end.end() == len(content) else None
        if table is None or int(table[1]) != len(table[2]) // 20 + 1:
            raise Unreadable("no table of objects")
        self._content = content
        self._begins = [0, *map(int, table[2].split(b" 00000 n \n")[:-1]), int(end[1] if end else 0)]
        self._root = int(table[3])

    def object(self, number: int) -> bytes:
        """What stands in an object.

        :raises Unreadable: it does not begin and end where the table says.
        """
        if not 0 < number < len(self._begins) - 1:
            raise Unreadable(f"no object {number}")
        whole = self._content[self._begins[number] : self._begins[number + 1]]
        head = b"%d 0 obj\n" % number
        if not (whole.startswith(head) and whole.endswith(b"\nendobj\n")):
            raise Unreadable(f"object {number} is not at its place")
        return whole[len(head) : -len(b"\nendobj\n")]

    def stream(self, number: int) -> bytes:
        """The content of a stream, inflated.

        :raises Unreadable: it is none, or its length or its check sum is wrong.
        """
        whole = self.object(number)
        head = _STREAM.match(whole)
        if (
            head is None
            or head.end() + int(head[1]) + len(_CLOSED) != len(whole)
            or not whole.endswith(_CLOSED)
        ):
            raise Unreadable(f"object {number} is no stream")
        data = whole[head.end() : -len(_CLOSED)]
        try:
            return bytes(deflate.zlib_decompress(data, _ROOM))
        except deflate.DeflateError:
            return _inflated(data, number)

    def pages(self) -> Iterator[bytes]:
        """The contents of the pages in order.

        :raises Unreadable: the tree of pages is not as the press grows it.
        """
        catalog = _CATALOG.fullmatch(self.object(self._root))
        if catalog is None:
            raise Unreadable("no catalog")
        for node in self._kids(int(catalog[1])):
            for kid in self._kids(node):
                page = _PAGE.fullmatch(self.object(kid))
                if page is None or int(page[1]) != node:
                    raise Unreadable(f"object {kid} is no page")
                yield self.stream(int(page[2]))

    def _kids(self, number: int) -> list[int]:
        node = _NODE.fullmatch(self.object(number))
        if node is None:
            raise Unreadable(f"object {number} is no node of the tree of pages")
        return [int(kid) for kid in node[1].split(b" ")[::3] if kid]


def _inflated(data: bytes, number: int) -> bytes:
    """What needs more than the usual room, or is not sound."""
    try:
        return zlib.decompress(data)
    except zlib.error as error:
        raise Unreadable(f"object {number}: {error}") from error
