"""Processes that end: tied to their parent or noted on disk, found again safely, stopped in order."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from onebox.console import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from onebox.clone import Clone

# The order in which processes are stopped: those that use others first, those of one row together.
STOP_ORDER = [
    ["demo", "test"],
    ["beat", "web", "worker-print", "worker"],
    ["redis", "redis-test"],
    ["postgres", "postgres-test"],
]
PR_SET_PDEATHSIG = 1
LOG_LIMIT = 5_000_000
GRACE_SECONDS = 20.0
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Record:
    """One running process of this clone, as noted below `.local/run`."""

    name: str
    pid: int
    started: str  # the kernel's own mark of this process, so that a reused number is never mistaken for it
    signal: int = signal.SIGTERM
    details: dict[str, str] = field(default_factory=dict)

    def alive(self) -> bool:
        # A process that ended before it was noted has no mark, and neither has its zombie: that is no match.
        return bool(self.started) and birth_mark(self.pid) == self.started


def birth_mark(pid: int) -> str:
    """What tells this process from a later one with the same number; empty where it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()  # the name in brackets may hold spaces
    return "" if fields[0] in {"Z", "X"} else f"{boot}:{fields[19]}"


@dataclass(frozen=True)
class Account:
    """The user a server runs as, where this process is root and the server refuses to be."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """A long-running program of this clone and how it wants to be ended."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    account: Account | None = None
    stop_signal: int = signal.SIGTERM
    orphan_signal: int = signal.SIGTERM
    details: Mapping[str, str] = field(default_factory=dict)


def settling(orphan_signal: int | None) -> Callable[[], None]:
    """What a new child does before it becomes its program; with a signal, the kernel sends it when we die."""
    parent = os.getpid()

    def settle() -> None:
        # A shell that starts us in the background ignores some signals, and children would inherit that.
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if orphan_signal is not None:
            _libc.prctl(PR_SET_PDEATHSIG, orphan_signal)
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)

    return settle


def start(clone: Clone, program: Program, *, tied: bool) -> tuple[subprocess.Popen[bytes], Record]:
    """Start a program with its output in `.local/log` and note it below `.local/run`.

    Tied, the kernel ends it when this process dies, however that happens; else it stays until `dev.py stop`.
    """
    log = clone.logs / f"{program.name}.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.unlink()
    account = program.account
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(map(str, program.command)),
            env=dict(program.environment),
            cwd="/" if account else clone.root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=settling(program.orphan_signal if tied else None),  # noqa: PLW1509 - the parent has one thread
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    record = Record(
        program.name, process.pid, birth_mark(process.pid), program.stop_signal, dict(program.details)
    )
    write_record(clone, record)
    return process, record


def write_record(clone: Clone, record: Record) -> None:
    """Note a process below `.local/run`, all at once."""
    target = clone.run / f"{record.name}.json"
    fresh = target.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)  # it may hold the broker's password
    fresh.write_text(json.dumps(asdict(record)), encoding="utf-8")
    fresh.replace(target)


def read_record(clone: Clone, name: str) -> Record | None:
    """The noted process of this name, whether it still runs or not."""
    try:
        return Record(**json.loads((clone.run / f"{name}.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def running(clone: Clone, name: str) -> Record | None:
    """The noted process of this name, if it runs."""
    record = read_record(clone, name)
    return record if record and record.alive() else None


def forget(clone: Clone, name: str) -> None:
    """Drop the note of a process that has ended, and the socket folder it may have left behind."""
    record = read_record(clone, name)
    if record and (socket := record.details.get("socket")):
        shutil.rmtree(socket, ignore_errors=True)
    (clone.run / f"{name}.json").unlink(missing_ok=True)


def stop(clone: Clone, *names: str) -> list[str]:
    """End the noted processes of these names together, first politely; those that ran."""
    records = [record for name in names if (record := running(clone, name))]
    for record in records:
        send(record.pid, record.signal)
    deadline = time.monotonic() + GRACE_SECONDS
    for record in records:
        if not gone(record, until=deadline):
            send(-record.pid, signal.SIGKILL)
            send(record.pid, signal.SIGKILL)
            gone(record, until=time.monotonic() + 5.0)
    for name in names:
        forget(clone, name)
    return [record.name for record in records]


def stop_all(clone: Clone, *, only: Collection[str] | None = None) -> list[str]:
    """End everything noted (or `only` these) in the order in which it may be ended; those that ran."""
    rows = [[name for name in row if only is None or name in only] for row in STOP_ORDER]
    return [name for row in rows for name in stop(clone, *row)]


def send(pid: int, number: int) -> None:
    """Send a signal to a process (or, negative, to its group); gone already is good."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    except PermissionError:
        raise Trouble(f"process {abs(pid)} belongs to another account; stop it from there.") from None


def gone(record: Record, *, until: float) -> bool:
    """Wait until the process is gone, or until that moment of the monotonic clock; whether it is gone."""
    while record.alive():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def tail(clone: Clone, name: str) -> str:
    """The last line a program wrote, for an error message."""
    path = clone.logs / f"{name}.log"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "no message")
