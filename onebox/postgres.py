"""A private PostgreSQL: a cluster of this clone's own, on a Unix socket nobody else can open."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from onebox import postgres_binaries as binaries
from onebox import processes
from onebox.console import Trouble, say
from onebox.processes import Account, Program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from onebox.clone import Clone

USER = DATABASE = "todoke"
SOCKET_PREFIX = "todoke-pg-"
START_SECONDS = 60.0
# What a test run may do without: nobody misses its data after a power cut.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
# For tables of twelve million people (docs/operations.md); memory is used only as far as the tables need it.
_MEGABYTE = 1 << 20
_LARGE = {
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "off",
    "wal_buffers": "64MB",
    "random_page_cost": "1.1",
    "jit": "off",
}


def for_large_tables() -> dict[str, str]:
    """The settings of a server that keeps its data: an eighth of the machine's memory for itself, at most 4 GB, half for the cache."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MEGABYTE
    own = {"shared_buffers": f"{min(memory // 8, 4096)}MB", "effective_cache_size": f"{memory // 2}MB"}
    return {**_LARGE, **own}


@dataclass(frozen=True)
class Server:
    """Where one cluster lives and with what it is run."""

    clone: Clone
    name: str
    programs: Path
    account: Account | None
    home: Path
    settings: Mapping[str, str]

    @property
    def data(self) -> Path:
        return self.home / "data"


def environment() -> dict[str, str]:
    """The environment without libpq's variables and any language: both change what the programs do."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def url_for(socket: str) -> str:
    """The database URL of a server that listens in this folder."""
    return f"postgresql://{USER}@/{DATABASE}?host={quote(socket)}"


def place(clone: Clone, name: str, settings: Mapping[str, str]) -> Server:
    """Decide where the cluster `name` lives: below `.local`, or where the service account can reach it."""
    programs, account = binaries.find_binaries(clone), binaries.service_account()
    home = clone.local
    if not binaries.reachable(account, programs, programs / "postgres", home):
        programs, home = binaries.public_copy(clone, programs)
    folder = home / name.replace("postgres", "pg")
    folder.mkdir(exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)
    return Server(clone, name, programs, account, folder, settings)


def as_owner(server: Server, command: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the cluster's owner."""
    account = server.account
    return subprocess.run(
        list(map(str, command)),
        env=environment(),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def initialise(server: Server) -> None:
    """Make the cluster, if it is not there; interrupted, it leaves nothing that looks like one.

    Locale and encoding are given, not taken from LANG: with locale C, searching Japanese finds nothing.
    """
    version = binaries.major(server.programs)
    if server.data.exists():
        made_by = (server.data / "PG_VERSION").read_text(encoding="utf-8").strip()
        if made_by != str(version):
            raise Trouble(
                f"{server.data} was made by PostgreSQL {made_by}, this is {version}; move it away first."
            )
        return
    say(f"making a PostgreSQL {version} cluster in {server.home}")
    fresh = server.home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    flags = ["--username", USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
    flags += ["--locale-provider=builtin"] if version >= 17 else []
    flags += ["--no-sync"] if "fsync" in server.settings else []
    done = as_owner(server, [server.programs / "initdb", "--pgdata", fresh, *flags])
    if done.returncode:
        raise Trouble(f"initdb failed: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
    fresh.rename(server.data)
    (server.clone.stamps / "migrated").unlink(missing_ok=True)


def start(server: Server, *, tied: bool) -> str:
    """Make and start the cluster; the URL of its database.

    :raises Trouble: it did not start; the message holds the server's last line.
    """
    processes.forget(server.clone, server.name)  # a killed run left its socket folder behind
    initialise(server)
    socket = tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir="/tmp")
    if server.account:
        os.chown(socket, server.account.uid, server.account.gid)
    settings = {"listen_addresses": "", "unix_socket_directories": socket, "unix_socket_permissions": "0700",
                "max_connections": "100", "logging_collector": "off", **server.settings}  # fmt: skip
    flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    program = Program(
        name=server.name,
        command=[server.programs / "postgres", "-D", server.data, *flags],
        environment=environment(),
        account=server.account,
        stop_signal=signal.SIGINT,  # fast shutdown: end the sessions, write everything, go
        orphan_signal=signal.SIGINT,
        details={"socket": socket, "url": url_for(socket)},
    )
    process, _ = processes.start(server.clone, program, tied=tied)
    deadline = time.monotonic() + START_SECONDS
    while as_owner(server, [server.programs / "pg_isready", "-q", "-h", socket]).returncode:
        if process.poll() is not None or time.monotonic() > deadline:
            raise Trouble(f"PostgreSQL did not start: {processes.tail(server.clone, server.name)}")
        time.sleep(0.05)
    made = as_owner(server, [server.programs / "createdb", "-h", socket, "-U", USER, DATABASE])
    if made.returncode and "already exists" not in made.stderr:
        raise Trouble(f"could not create the database: {made.stderr.strip()}")
    return url_for(socket)
