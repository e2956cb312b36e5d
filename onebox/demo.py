"""`dev.py demo`: the whole office on this machine, until Ctrl+C."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from onebox import application, lifeline, processes, programs, servers
from onebox.console import Trouble, say
from onebox.preparation import prepare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onebox.clone import Clone

DEMO_PROCESSES = ["beat", "web", "worker-print", "worker", "redis", "postgres"]
BUSY = "the demo of this clone runs already; end it there or with: python3 dev.py stop"
FIRST_PORT, LAST_PORT = 8000, 8099
READY_SECONDS = 60.0


def run_demo(clone: Clone, *, port: int | None) -> int:
    """Bring everything up, print address and users, watch over it; on the way out stop it in order.

    :raises Trouble: a step failed, or a process ended by itself.
    """
    clone.make_folders()
    with lifeline.in_charge(clone, "demo", of=DEMO_PROCESSES, busy=BUSY):
        environment = prepare(clone)
        children = bring_up(clone, environment, port)
        try:
            watch(clone, children)
        finally:
            say("stopping")
    return 0


def bring_up(
    clone: Clone, environment: dict[str, str], port: int | None
) -> dict[str, subprocess.Popen[bytes]]:
    """Start everything in the order in which the parts need each other; the started application processes."""
    private = servers.are_private(environment)
    chosen = choose_port(port)
    with clone.locked("servers"):
        if processes.stop_all(clone, only=DEMO_PROCESSES):
            say("stopped what ran in the background")
        environment |= servers.start_servers(clone, environment, tied=True)
        application.migrate(clone, environment, private=private[servers.DATABASE])
        application.compile_catalogues(clone, environment)
        application.collect_static(clone, environment)
        started = [
            *programs.background_programs(clone, environment),
            programs.web_program(clone, environment, chosen),
        ]
        children = {program.name: processes.start(clone, program, tied=True)[0] for program in started}
    say("preparing the demonstration campaign")
    users = seed(clone, environment)
    wait_until_ready(clone, children, chosen)
    print(f"{users}\nTodoke: http://127.0.0.1:{chosen}/   (Ctrl+C ends it)", flush=True)
    return children


def choose_port(wanted: int | None) -> int:
    """The wanted port, or the first free one from 8000 on.

    :raises Trouble: the wanted one (or every one) is taken.
    """
    for port in [wanted] if wanted else range(FIRST_PORT, LAST_PORT + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            return port
    raise Trouble(f"port {wanted or f'{FIRST_PORT}–{LAST_PORT}'} is not free; choose another with --port.")


def seed(clone: Clone, environment: Mapping[str, str]) -> str:
    """Run the demonstration's own command; what it prints about its users.

    :raises Trouble: it failed; the message holds its last line.
    """
    arguments = [str(clone.python), str(clone.root / "manage.py"), "seed_demo"]
    settle = processes.settling(signal.SIGTERM)
    with subprocess.Popen(
        arguments,
        env=environment,
        cwd=clone.root,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl+C is ours to handle
        preexec_fn=settle,  # noqa: PLW1509 - the parent has one thread
    ) as process:
        try:
            printed, _ = process.communicate()
        except BaseException:  # Ctrl+C or SIGTERM in the middle: it goes first, then its servers
            process.kill()
            raise
    if process.returncode:
        raise Trouble("the demonstration's data could not be made; see the lines above.")
    return printed.rstrip()


def wait_until_ready(clone: Clone, children: Mapping[str, subprocess.Popen[bytes]], port: int) -> None:
    """Wait until the web server answers 200.

    :raises Trouble: it does not, or a process ended.
    """
    deadline = time.monotonic() + READY_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        refuse_dead(clone, children)
        try:
            with opener.open(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise Trouble(f"the web server does not answer: {processes.tail(clone, 'web')}")


def watch(clone: Clone, children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Stay until a signal comes.

    :raises Trouble: one of the processes ended by itself.
    """
    while True:
        refuse_dead(clone, children)
        time.sleep(0.5)


def refuse_dead(clone: Clone, children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Raise where one of the processes has ended."""
    for name, process in children.items():
        if process.poll() is not None:
            raise Trouble(
                f"{name} ended by itself: {processes.tail(clone, name)} (see {clone.logs / name}.log)"
            )
