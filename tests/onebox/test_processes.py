"""Processes are found again safely and end when they should."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onebox import processes
from onebox.console import Trouble
from onebox.lifeline import clear_up, in_charge
from onebox.processes import Program, Record

if TYPE_CHECKING:
    from onebox.clone import Clone

ROOT = Path(__file__).resolve().parents[2]
SLEEP = ["sleep", "60"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]


def start(clone: Clone, name: str, command: list[str] = SLEEP) -> subprocess.Popen[bytes]:
    return processes.start(clone, Program(name, command, os.environ), tied=True)[0]


def test_running_process_is_found_by_its_note(clone: Clone) -> None:
    process = start(clone, "worker")
    record = processes.running(clone, "worker")
    assert record is not None
    assert record.pid == process.pid
    assert processes.stop(clone, "worker") == ["worker"]
    assert (process.wait(), processes.read_record(clone, "worker")) == (-signal.SIGTERM, None)


def test_number_that_another_process_got_is_not_taken_for_ours(clone: Clone) -> None:
    bystander = start(clone, "web")
    processes.write_record(clone, Record("worker", bystander.pid, "boot:1"))
    assert (processes.running(clone, "worker"), processes.stop(clone, "worker")) == (None, [])
    assert bystander.poll() is None
    processes.stop(clone, "web")
    bystander.wait()


@pytest.mark.parametrize("text", ["", "{", '{"pid": 1}', "[]"])
def test_broken_note_is_no_process(clone: Clone, text: str) -> None:
    (clone.run / "worker.json").write_text(text, encoding="utf-8")
    assert processes.running(clone, "worker") is None


def test_zombie_is_not_alive(clone: Clone) -> None:
    process = start(clone, "worker", ["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert processes.running(clone, "worker") is None
    process.wait()


def test_process_that_ended_before_it_was_noted_is_not_alive(clone: Clone) -> None:
    process = start(clone, "web", ["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    processes.write_record(clone, Record("worker", process.pid, ""))
    assert processes.running(clone, "worker") is None
    process.wait()


def test_process_that_does_not_listen_is_killed(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.2)
    process = start(clone, "worker", STUBBORN)
    wait_for(lambda: processes.tail(clone, "worker") == "up")
    assert (processes.stop(clone, "worker"), process.wait()) == (["worker"], -signal.SIGKILL)


def test_users_are_stopped_before_what_they_use(clone: Clone) -> None:
    started = [start(clone, name) for name in ("postgres", "redis", "web", "beat")]
    assert processes.stop_all(clone) == ["beat", "web", "redis", "postgres"]
    assert [process.wait() for process in started] == [-signal.SIGTERM] * 4


def test_only_the_named_are_stopped(clone: Clone) -> None:
    started = [start(clone, name) for name in ("postgres", "postgres-test")]
    assert processes.stop_all(clone, only=["postgres-test", "redis-test"]) == ["postgres-test"]
    assert started[0].poll() is None
    assert processes.stop_all(clone) == ["postgres"]
    for process in started:
        process.wait()


def test_forgetting_removes_the_socket_folder(clone: Clone) -> None:
    socket = clone.local / "socket"
    socket.mkdir()
    processes.write_record(clone, Record("postgres", 1, "gone", details={"socket": str(socket)}))
    processes.forget(clone, "postgres")
    assert not socket.exists()


def test_tied_process_ends_when_its_parent_is_killed(clone: Clone) -> None:
    code = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from onebox import processes
from onebox.clone import Clone
sleep = processes.Program("worker", {SLEEP!r}, os.environ)
processes.start(Clone(Path({str(clone.root)!r})), sleep, tied=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    wait_for(lambda: processes.running(clone, "worker") is None)


def test_clearing_up_ends_what_ignored_its_signal_and_its_children(clone: Clone) -> None:
    command = ["sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait"]
    process = start(clone, "worker", command)
    wait_for(lambda: processes.tail(clone, "worker").isdigit())
    child = int(processes.tail(clone, "worker"))
    clear_up(clone, ["worker"])
    assert process.wait() == -signal.SIGKILL
    wait_for(lambda: processes.birth_mark(child) == "")
    assert processes.read_record(clone, "worker") is None


def test_only_one_may_be_in_charge(clone: Clone) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    try:
        with in_charge(clone, "demo", of=[], busy="busy"):
            with pytest.raises(Trouble, match=r"^busy$"), in_charge(clone, "demo", of=[], busy="busy"):
                pass
            record = processes.running(clone, "demo")
            assert record is not None
            assert record.pid == os.getpid()
        assert processes.running(clone, "demo") is None
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), before, strict=True):
            signal.signal(number, handler)


def wait_for(condition: object, seconds: float = 10.0) -> None:
    """Wait until the condition holds; fail where it never does."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
