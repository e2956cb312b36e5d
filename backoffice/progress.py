"""Progress of a command on a terminal; silent where nobody watches."""

from __future__ import annotations

from typing import TextIO


class TerminalProgress:
    """A counter line on a terminal: call it with (done, total); it prints when the percentage changes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = -1
        self._watched = stream.isatty()

    def __call__(self, done: int, total: int) -> None:
        percent = done * 100 // total if total else 0
        if self._watched and percent != self._shown:
            self._shown = percent
            self._stream.write(f"\r{percent:3d} %")
            self._stream.flush()

    def end(self) -> None:
        """Clear the line."""
        if self._watched and self._shown >= 0:
            self._stream.write("\r     \r")
            self._stream.flush()
