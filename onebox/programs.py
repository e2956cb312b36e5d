"""The programs of the application itself: the workers, the clock and the web."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from onebox import processes
from onebox.clone import Clone, fingerprint
from onebox.processes import Program

if TYPE_CHECKING:
    from collections.abc import Mapping

# A worker holds the code it was started with; when these change, it is started anew.
APPS = ["japan", "backoffice", "employers", "issuance", "mailing", "returns", "demo", "config"]


def code_mark(clone: Clone) -> str:
    """A digest that changes when the application's code, templates or libraries change."""
    patterns = [f"{app}/**/*.py" for app in APPS]
    return fingerprint(clone.root, [*patterns, "templates/**/*.*", "static/**/*.*", "requirements/*.lock"])


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0))


def background_programs(clone: Clone, environment: Mapping[str, str]) -> list[Program]:
    """Both workers and the clock; printing has a worker of its own, so that nothing waits behind it."""
    celery = [clone.program("celery"), "--app", "config", "--workdir", str(clone.root)]
    quiet = ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    commands = {
        "worker": [*celery, "worker", "--hostname", "worker@%h", "--queues", "default,import",
                   "--concurrency", "2", "--max-tasks-per-child", "500", *quiet],
        "worker-print": [*celery, "worker", "--hostname", "print@%h", "--queues", "rendering",
                         "--concurrency", str(cores()), "--max-tasks-per-child", "200",
                         "--max-memory-per-child", "230000", "--prefetch-multiplier", "2", *quiet],
        "beat": [*celery, "beat", "--schedule", str(clone.run / "beat-schedule"), "--pidfile", "",
                 "--loglevel", "WARNING"],
    }  # fmt: skip
    details = {
        "code": code_mark(clone),
        "database": environment["DATABASE_URL"],
        "broker": environment["REDIS_URL"],
    }
    # Orphaned, a worker quits at once: its database and its broker go down in the same moment.
    orphaned = {"worker": signal.SIGQUIT, "worker-print": signal.SIGQUIT, "beat": signal.SIGTERM}
    return [
        Program(name, command, environment, orphan_signal=orphaned[name], details=details)
        for name, command in commands.items()
    ]


def ensure_background(clone: Clone, environment: Mapping[str, str]) -> None:
    """Have the workers and the clock running in the background with today's code and these servers."""
    for program in background_programs(clone, environment):
        record = processes.running(clone, program.name)
        if record is None or record.details != program.details:
            processes.stop(clone, program.name)
            processes.start(clone, program, tied=False)


def web_program(clone: Clone, environment: Mapping[str, str], port: int) -> Program:
    """The web server on the loopback interface."""
    serve = [clone.program("gunicorn"), "config.wsgi:application", "--config", "config/gunicorn.py"]
    command = [
        *serve,
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
        "--threads",
        "4",
        "--no-control-socket",
        "--access-logfile",
        "/dev/null",
    ]
    return Program("web", command, environment, details={"port": str(port)})
