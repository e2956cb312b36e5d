"""Processes that end: started tied to their parent or recorded on disk, found again safely, stopped in order."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from onebox.clone import Clone
from onebox.console import Trouble

# The order in which processes are stopped: those that use others first.
STOP_ORDER = ["demo", "test", "beat", "web", "worker-print", "worker", "redis", "postgres", "redis-test", "postgres-test"]
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
        return birth_mark(self.pid) == self.started


def birth_mark(pid: int) -> str:
    """What tells this process from a later one with the same number; empty where there is none (or only its remains)."""
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


def start(clone: Clone, program: Program, *, tied: bool) -> tuple[subprocess.Popen[bytes], Record]:
    """Start a program with its output in `.local/log` and note it below `.local/run`.

    Tied, the kernel ends it when this process dies, however that happens; otherwise it stays until `dev.py stop`.
    """
    log = clone.logs / f"{program.name}.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.unlink()
    parent = os.getpid()

    def die_with_parent() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, program.orphan_signal)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    owner = {"user": program.account.uid, "group": program.account.gid, "extra_groups": []} if program.account else {}
    with log.open("ab") as output:
        process = subprocess.Popen(  # type: ignore[call-overload]  # the owner's arguments, where there are any
            list(map(str, program.command)),
            env=dict(program.environment),
            cwd="/" if program.account else clone.root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=die_with_parent if tied else None,  # noqa: PLW1509 - single-threaded parent
            **owner,
        )
    record = Record(program.name, process.pid, birth_mark(process.pid), program.stop_signal, dict(program.details))
    write_record(clone, record)
    return process, record


def write_record(clone: Clone, record: Record) -> None:
    """Note a process below `.local/run`, all at once."""
    target = clone.run / f"{record.name}.json"
    fresh = target.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(record)), encoding="utf-8")
    fresh.chmod(0o600)
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
    """Drop the note of a process."""
    (clone.run / f"{name}.json").unlink(missing_ok=True)


def stop(clone: Clone, name: str) -> bool:
    """End the noted process of this name, first politely; whether there was one."""
    record = running(clone, name)
    if record:
        send(record.pid, record.signal)
        if not gone(record, within=GRACE_SECONDS):
            send(-record.pid, signal.SIGKILL)
            gone(record, within=5.0)
    forget(clone, name)
    return record is not None


def stop_all(clone: Clone, names: Sequence[str] = STOP_ORDER) -> list[str]:
    """End the noted processes of these names in the order in which they may be ended; those that ran."""
    return [name for name in STOP_ORDER if name in names and stop(clone, name)]


def send(pid: int, number: int) -> None:
    """Send a signal to a process (or, negative, to its group); gone already is good."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
    except PermissionError:
        raise Trouble(f"process {abs(pid)} belongs to another account; stop it from there.") from None


def gone(record: Record, *, within: float) -> bool:
    """Wait until the process is gone; whether it went in time."""
    deadline = time.monotonic() + within
    while record.alive():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def tail(clone: Clone, name: str) -> str:
    """The last line a program wrote, for an error message."""
    path = clone.logs / f"{name}.log"
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "no message")
