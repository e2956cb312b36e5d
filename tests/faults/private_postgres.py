"""A PostgreSQL server of a test's own, which it may stop as hard as it likes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from onebox import postgres
from onebox import postgres_binaries as binaries
from onebox.clone import Clone

if TYPE_CHECKING:
    from collections.abc import Iterator

READY_WITHIN = 30.0
# Every account may pass through it, and a socket's path stays short.
ROOMY = "/var/tmp"
# The machine stays up, so nothing has to reach the disk itself; but what was committed has to outlive the server.
SETTINGS = {"fsync": "off", "synchronous_commit": "on", "max_connections": "30"}


class PrivatePostgres:
    """One cluster in a folder; `stop` is a crash as far as clients can tell, `start` recovers from it."""

    def __init__(self, folder: Path) -> None:
        clone = Clone(Path(settings.BASE_DIR))
        account, programs = binaries.service_account(), binaries.find_binaries(clone)
        if not binaries.reachable(account, programs, programs / "postgres"):
            programs, _home = binaries.public_copy(clone, programs)
        if account:
            os.chown(folder, account.uid, account.gid)
        self._server = postgres.Server(Clone(folder), "postgres-faults", programs, account, folder, SETTINGS)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = postgres.url_for(str(folder))
        postgres.initialise(self._server)
        self.start()
        made = postgres.as_owner(
            self._server, [programs / "createdb", "-h", folder, "-U", postgres.USER, postgres.DATABASE]
        )
        assert made.returncode == 0, made.stderr

    def start(self) -> None:
        """Have it running and taking connections."""
        server = self._server
        given = {
            "listen_addresses": "",
            "unix_socket_directories": str(server.home),
            "logging_collector": "off",
        }
        flags = [
            part for key, value in {**given, **server.settings}.items() for part in ("-c", f"{key}={value}")
        ]
        account = server.account
        with (server.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [server.programs / "postgres", "-D", server.data, *flags],
                env=postgres.environment(),
                cwd="/",
                stdout=log,
                stderr=log,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
                start_new_session=True,
            )
        until = time.monotonic() + READY_WITHIN
        while postgres.as_owner(server, [server.programs / "pg_isready", "-q", "-h", server.home]).returncode:
            assert time.monotonic() < until, (server.home / "log").read_text()[-500:]
            time.sleep(0.02)

    def stop(self) -> None:
        """End it at once: every session is cut off, nothing is written any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()


@contextmanager
def private_postgres() -> Iterator[PrivatePostgres]:
    """A running server with an empty database, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="todoke-faults-", dir=ROOMY))
    server = PrivatePostgres(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
