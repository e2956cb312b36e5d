"""How far a piece of work is: what the work calls, and what shows it on a terminal; silent where nobody watches."""

from __future__ import annotations

from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Protocol, Self, TextIO

if TYPE_CHECKING:
    from types import TracebackType


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


class TerminalClock:
    """The seconds that work takes of which nobody can say how far it is (one statement over millions of rows, for example), once it
    takes more than two; within a `with`, on a terminal.
    """

    AFTER = 2.0

    def __init__(self, stream: TextIO, *, every: float = 1.0) -> None:
        self._stream = stream
        self._every = every
        self._over = Event()
        self._teller = Thread(target=self._tell, daemon=True)

    def __enter__(self) -> Self:
        if self._stream.isatty():
            self._teller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._teller.is_alive():
            self._teller.join()

    def _tell(self) -> None:
        begun = monotonic()
        if self._over.wait(self.AFTER):
            return
        while not self._over.wait(self._every):
            self._stream.write(f"\r{monotonic() - begun:.0f} s … ")
            self._stream.flush()
        self._stream.write(f"\r{'':{_ROWS}}\r")
        self._stream.flush()
