"""Files of the press with something changed in them: their objects taken apart and put together again, by their own syntax alone."""

from __future__ import annotations

import itertools
import re
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_TABLE = re.compile(
    rb"xref\n0 \d+\n0{10} 65535 f \n((?:\d{10} 00000 n \n)+)(trailer\n.*startxref\n)\d+\n%%EOF\n\Z", re.DOTALL
)
_STREAM = re.compile(rb"(\d+ 0 obj\n<<.*?/Length )\d+(>>\nstream\n)(.*)\nendstream\nendobj\n", re.DOTALL)


class Taken:
    """The objects of a file, by their numbers from 1."""

    def __init__(self, content: bytes) -> None:
        table = _TABLE.search(content)
        assert table
        begins = [*map(int, table[1].split(b" 00000 n \n")[:-1]), table.start()]
        self._head = content[: begins[0]]
        self._trailer = table[2]
        self.objects = [content[begin:end] for begin, end in itertools.pairwise(begins)]

    def whole(self) -> bytes:
        """The file again, every object where its table says."""
        places, content = [], self._head
        for one in self.objects:
            places.append(b"%010d 00000 n \n" % len(content))
            content += one
        table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, b"".join(places))
        return b"%s%s%s%d\n%%%%EOF\n" % (content, table, self._trailer, len(content))

    def number_of(self, pattern: bytes) -> int:
        """The number of the first object that says this."""
        return next(number for number, one in enumerate(self.objects, 1) if re.search(pattern, one))

    def named(self, resource: bytes, entry: bytes) -> int:
        """The number of the object to which an entry of a font resource refers."""
        found = re.search(
            rb"/%s (\d+) 0 R" % resource, self.objects[self.number_of(rb"/Resources<</Font") - 1]
        )
        assert found
        entry_of = re.search(rb"/%s (\d+) 0 R" % entry, self.objects[int(found[1]) - 1])
        assert entry_of
        return int(entry_of[1])

    def page(self) -> int:
        """The number of the contents of the first page."""
        found = re.search(rb"/Contents (\d+) 0 R", self.objects[self.number_of(rb"/Type/Page/") - 1])
        assert found
        return int(found[1])

    def order_pages(self, order: Sequence[int]) -> None:
        """Let the pages show each other's contents, in this order."""
        pages = [place for place, one in enumerate(self.objects) if b"/Type/Page/" in one]
        shown = [re.search(rb"/Contents \d+ 0 R", self.objects[place]) for place in pages]
        for page, other in zip(pages, order, strict=True):
            contents = shown[other]
            assert contents
            self.objects[page] = re.sub(rb"/Contents \d+ 0 R", contents[0], self.objects[page])

    def change(self, number: int, change: Callable[[bytes], bytes]) -> None:
        """Change what a stream holds; it has to become something else."""
        parts = _STREAM.fullmatch(self.objects[number - 1])
        assert parts
        before = zlib.decompress(parts[3])
        after = change(before)
        assert after != before
        data = zlib.compress(after)
        self.objects[number - 1] = b"%s%d%s%s\nendstream\nendobj\n" % (parts[1], len(data), parts[2], data)
