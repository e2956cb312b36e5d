"""A COPY that does not hold up whoever makes its rows.

While the server stores a block, the next one can be judged here; one after the other, each would wait for the other.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    Write = Callable[[str | memoryview], None]

MOST_WAITING = 2


@contextmanager
def copy_behind(cursor: Any, statement: str) -> Iterator[Write]:
    """A COPY whose texts a thread of its own sends, in their order, at most `MOST_WAITING` behind; nobody else may use the connection
    meanwhile. A text with nothing in it costs nothing: who makes rows one by one may have none of them for this COPY.

    What the server refuses is raised by a later write or at the end; an error in the block ends the COPY without storing anything.
    """
    waiting: deque[Future[None]] = deque()

    def write(text: str | memoryview) -> None:
        if not len(text):
            return
        waiting.append(sender.submit(copy.write, text))
        while len(waiting) > MOST_WAITING:
            waiting.popleft().result()

    with cursor.copy(statement) as copy, ThreadPoolExecutor(max_workers=1) as sender:
        yield write
        for sent in waiting:
            sent.result()
