"""What happens when `dev.py` is killed: a process that holds the other end of a pipe clears up after it.

The kernel already signals every tied process (see `processes.start`). A worker that is only just starting may
take that signal and stay, though; so what is left a moment later is ended here, with all it started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from onebox import processes
from onebox.clone import Clone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATIENCE_SECONDS = 3.0


@contextmanager
def in_charge(clone: Clone, name: str, *, of: Sequence[str], busy: str) -> Iterator[None]:
    """Be this clone's one `name`, and end the processes `of` it in order on the way out, however one leaves.

    :raises Trouble: `busy`, where another one is in charge.
    """
    with clone.locked(name, busy=busy):
        processes.write_record(clone, processes.Record(name, os.getpid(), processes.birth_mark(os.getpid())))
        command = [sys.executable, "-m", "onebox.lifeline", str(clone.root), *of]
        line = subprocess.Popen(command, cwd=clone.root, stdin=subprocess.PIPE, start_new_session=True)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # a second Ctrl+C must not leave a server behind
            processes.stop_all(clone, only=of)
            processes.forget(clone, name)
            line.communicate()


def clear_up(clone: Clone, names: Sequence[str]) -> None:
    """End what is left of these processes and their groups. After an orderly end there is no note of any."""
    records = [record for name in names if (record := processes.read_record(clone, name))]
    deadline = time.monotonic() + PATIENCE_SECONDS
    for record in records:
        processes.gone(record, until=deadline)
    for record in records:
        processes.send(-record.pid, signal.SIGKILL)
        if processes.read_record(clone, record.name) == record:
            processes.forget(clone, record.name)


if __name__ == "__main__":
    sys.stdin.buffer.read()  # until the other end closes, whichever way that comes about
    clear_up(Clone(Path(sys.argv[1])), sys.argv[2:])
