"""How far a piece of work is: what the work calls, and what shows it on a terminal; silent where nobody watches."""

from __future__ import annotations

from typing import Protocol, TextIO


class Report(Protocol):
    """Told by the work now and then how much is done of how much, and how many rows of a file that are, if it reads one."""

    def __call__(self, done: int, total: int, rows: int = 0, /) -> None: ...


# Room for the number of rows.
_ROWS = 10


class TerminalProgress:
    """A counter line on a terminal: call it with (done, total, rows); it prints when the percentage changes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = -1
        self._watched = stream.isatty()

    def __call__(self, done: int, total: int, rows: int = 0, /) -> None:
        percent = done * 100 // total if total else 0
        if self._watched and percent != self._shown:
            self._shown = percent
            self._stream.write(f"\r{percent:3d} % {rows or '':>{_ROWS}}")
            self._stream.flush()

    def end(self) -> None:
        """Clear the line."""
        if self._watched and self._shown >= 0:
            self._stream.write(f"\r{'':{_ROWS + 6}}\r")
            self._stream.flush()
