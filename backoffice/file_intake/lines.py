"""Physical lines of a file, read in blocks and counted; a line over the limit refuses the file instead of filling the
memory."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, TextIO

from django.utils.translation import gettext as _

from backoffice.file_intake.columns import RefusedFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_LINE_CHARACTERS = 1 << 20
BLOCK_CHARACTERS = 1 << 19
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)")


class Lines:
    """An iterator over the physical lines, each with its line end; or whole blocks of them.

    `hard` is set where the lines of a block have to be taken one by one, and falls with the last of them.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._waiting: deque[str] = deque()
        self._rest = ""
        self._over = False
        self.read = 0
        self.hard = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if not self._waiting:
            self._waiting.extend(self._next_block())
        if not self._waiting:
            raise StopIteration
        self.read += 1
        return self._waiting.popleft()

    def singly(self) -> bool:
        """Whether the next line belongs to a block that is taken line by line."""
        return self.hard and bool(self._waiting)

    def block(self) -> list[str]:
        """The lines of the next block, or those that wait, counted as read; none at the end of the file."""
        lines = [*self._waiting] or self._next_block()
        self._waiting.clear()
        self.read += len(lines)
        return lines

    def text(self) -> str | None:
        """The next block as one text of whole lines, if none waits and none of them can be too long; counted as read only by
        `taken`."""
        if self._waiting or self._over:
            return None
        block = self._file.read(BLOCK_CHARACTERS)
        self._over = not block
        text = self._rest + block
        end = len(text) if self._over else text.rfind("\n") + 1
        if not end or len(text) >= MOST_LINE_CHARACTERS:
            self._rest = text
            self._over = False
            return None
        self._rest = text[end:]
        return text[:end]

    def taken(self, text: str) -> None:
        """These whole lines were dealt with."""
        self.read += text.count("\n") + (not text.endswith("\n"))

    def not_taken(self, text: str) -> None:
        """The lines of this text are read one by one."""
        self.hard = False
        self._waiting.extend(_whole_lines(text, last=True)[0])

    def give_back(self, lines: Sequence[str]) -> None:
        """These were the last lines read; they are read again."""
        self._waiting.extendleft(reversed(lines))
        self.read -= len(lines)

    def _next_block(self) -> list[str]:
        lines: list[str] = []
        self.hard = False
        while not lines and not self._over:
            block = self._file.read(BLOCK_CHARACTERS)
            self._over = not block
            lines, self._rest = _whole_lines(self._rest + block, last=self._over)
            longest = max(len(self._rest), max(map(len, lines), default=0))
            if longest >= MOST_LINE_CHARACTERS:
                self._refuse(lines)
        return lines

    def _refuse(self, lines: Sequence[str]) -> None:
        place = next(
            (place for place, line in enumerate(lines) if len(line) >= MOST_LINE_CHARACTERS), len(lines)
        )
        raise RefusedFile(
            "line_too_long", _("%(line)d行目: 1行が長すぎます。") % {"line": self.read + place + 1}
        )


def _whole_lines(text: str, *, last: bool) -> tuple[list[str], str]:
    """The lines that are complete, and the beginning of the one that is not."""
    if "\r" in text and text.count("\r") != text.count("\r\n"):
        # Somewhere a lone carriage return ends a line; one at the very end may have its line feed to come.
        end = len(text) - text.endswith("\r")
        found = _LINE.findall(text, 0, end)
        rest = text[sum(map(len, found)) :]
        lines = found
    else:
        *found, rest = text.split("\n")
        lines = [line + "\n" for line in found]
    if last and rest:
        return [*lines, rest], ""
    return lines, rest
