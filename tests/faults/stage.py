"""A worker, a database and a queue that things go wrong with, and what has to be true afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import redis
from django.conf import settings
from django.db import OperationalError, connection, connections
from django.utils import timezone

from config.database import connection_from_url
from mailing.models import Artifact, Envelope, PrintBatch, RenderChunk
from mailing.queries import batch_by_number
from mailing.services import request_rendering
from mailing.states import BatchState, RenderState
from mailing.tasks import send_rendering
from returns.queries import check_integrity
from tests.faults.private_postgres import private_postgres
from tests.workers import start_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from issuance.models import Campaign
    from tests.faults.private_postgres import PrivatePostgres

WITHIN = 60.0
# Far longer than a chunk takes, so that nobody at work is taken for dead.
A_WHILE = 2.0


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Until it is so."""
    until = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.02)


class Stage:
    """One private server with one worker; everything a round does goes through here."""

    def __init__(self, server: PrivatePostgres, folder: Path) -> None:
        self.server = server
        self._folder = folder
        self._queue = redis.Redis.from_url(settings.REDIS_URL)
        self._queue.flushdb()
        self._worker = self._hired()

    def _hired(self) -> subprocess.Popen[bytes]:
        return start_worker(self._folder / f"worker-{time.monotonic_ns()}.log")

    def dismiss(self) -> None:
        """End the worker."""
        os.killpg(self._worker.pid, signal.SIGKILL)
        self._worker.wait()

    def kill_the_worker(self) -> None:
        """As the system does when memory runs out; the next one comes as a supervisor starts it."""
        self.dismiss()
        self._worker = self._hired()

    def stop_the_database(self) -> None:
        """Out, and back after a moment."""
        self.server.stop()
        self.server.start()
        connections.close_all()

    def lose_the_queue(self, batch: PrintBatch) -> None:
        """Everything the worker has been sent is gone before it has read any of it."""
        os.killpg(self._worker.pid, signal.SIGSTOP)
        self.ask_for(batch)
        assert self._queue.llen("rendering") >= batch.envelope_count - 1
        self._queue.flushdb()
        os.killpg(self._worker.pid, signal.SIGCONT)

    def ask_for(self, batch: PrintBatch) -> None:
        """Have a planned batch rendered."""
        request_rendering(batches=PrintBatch.objects.filter(pk=batch.pk), at=timezone.now(), by=None)
        send_rendering()

    def in_work(self) -> bool:
        """Whether the worker is at a chunk."""
        return RenderChunk.objects.filter(state=RenderState.RENDERING).exists()

    def let_time_pass(self) -> None:
        """Leases run out and messages count as lost; time is the only thing that is not waited for."""
        now = timezone.now()
        RenderChunk.objects.filter(state=RenderState.RENDERING).update(lease_until=now, queued_at=None)
        RenderChunk.objects.filter(state=RenderState.READY).update(queued_at=None)
        PrintBatch.objects.filter(merge_lease_until__isnull=False).update(merge_lease_until=now)

    def wait_until_rendered(self, batch: PrintBatch) -> PrintBatch:
        """The clock sends what is due, the worker does it; nobody else lifts a finger."""
        passed = time.monotonic()

        def rendered() -> bool:
            nonlocal passed
            if time.monotonic() - passed > A_WHILE:
                self.let_time_pass()
                passed = time.monotonic()
            send_rendering()
            return batch_by_number(batch.number).state == BatchState.RENDERED

        wait_for(rendered, "the batch was not rendered")
        return batch_by_number(batch.number)

    def cut_off(self, action: Callable[[], object], *, at_lock: str) -> None:
        """Stop the database in the middle of the action: when it waits for a row that somebody else holds."""
        failures: list[BaseException] = []

        def act() -> None:
            try:
                action()
            except OperationalError as error:
                failures.append(error)
            finally:
                connections.close_all()

        with psycopg.connect(self.server.url) as holder:
            holder.execute(at_lock)
            thread = threading.Thread(target=act)
            thread.start()
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            with psycopg.connect(self.server.url, autocommit=True) as watcher:
                wait_for(lambda: watcher.execute(waiting).fetchone() == (1,), "the action did not begin")
            self.stop_the_database()
            thread.join()
            holder.close()
        assert len(failures) == 1


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """The Django connection of this process points to a private, migrated database until the end."""
    given = os.environ["DATABASE_URL"]
    before = dict(connection.settings_dict)
    with private_postgres() as server:
        os.environ["DATABASE_URL"] = server.url
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, check=True, cwd=settings.BASE_DIR)
        connection.close()
        connection.settings_dict.update(connection_from_url(server.url))
        made = Stage(server, folder)
        try:
            yield made
        finally:
            made.dismiss()
            connections.close_all()
            connection.settings_dict.update(before)
            os.environ["DATABASE_URL"] = given


def breaches_of(campaign: Campaign) -> list[str]:
    """What is not as it has to be after a fault: pieces, files and invariants."""
    found = [finding.name for finding in check_integrity(campaign) if finding.breaches]
    for batch in PrintBatch.objects.filter(campaign=campaign).exclude(state=BatchState.PLANNED):
        results = list(batch.results.values_list("envelope_id", flat=True))
        if len(results) != len(set(results)) or len(results) != batch.ordered:
            found.append("pieces lost or doubled")
    pieces = Envelope.objects.filter(campaign=campaign).values_list("household_id", flat=True)
    if len(pieces) != len(set(pieces)):
        found.append("envelopes doubled")
    return found + _files_without_rows()


def _files_without_rows() -> list[str]:
    """Every file has a row, and every row of an artifact its file; what a dead worker half wrote has another ending."""
    kept = {path.stem for path in (Path(settings.DATA_DIR) / "artifacts").iterdir() if path.suffix != ".part"}
    chunks = {path.stem for path in (Path(settings.DATA_DIR) / "chunks").glob("*.sheaf")}
    rows = set(Artifact.objects.values_list("sha256", flat=True))
    known = set(RenderChunk.objects.values_list("sha256", flat=True))
    return [
        *(["artifacts and their files differ"] if kept != rows else []),
        *(["stray chunks"] if chunks - known else []),
    ]
