"""`python -m bench.returns_desk [--envelopes N] [--scans M]`: a scan at the returns desk from the browser's request to its answer, on a
real web server, as a ratio to a bare indexed SELECT and an INSERT of the same number, committed, in the same run."""

from __future__ import annotations

import argparse
import http.client
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import uuid4

from bench.posted import posted_mailing
from bench.scratch import use_scratch_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST, PORT = "127.0.0.1", 8791
START_SECONDS = 60
WARM_UP = 20


def main() -> None:
    """Fill, scan, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--envelopes", type=int, default=200_000)
    parser.add_argument("--scans", type=int, default=1_000)
    options = parser.parse_args()
    use_scratch_database("todoke_bench_desk")
    from django.core.management import call_command

    from mailing.models import Envelope
    from returns.models import ReturnEvent

    posted_mailing(envelopes=options.envelopes, returned=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    ids = random.Random(1).sample(range(1, options.envelopes + 1), 2 * (options.scans + WARM_UP))
    found = Envelope.objects.in_bulk(ids)
    pieces = [found[one].piece_no for one in ids]
    ours, theirs = pieces[: len(pieces) // 2], pieces[len(pieces) // 2 :]
    with _server():
        scans = _timed(_scanner(), ours)
    if ReturnEvent.objects.count() != len(ours):
        raise SystemExit("not every scan was recorded")
    bare = _timed(_bare(), theirs)
    print(f"\n| {options.envelopes:,} envelopes, {options.scans:,} scans | p50 ms | p95 ms |\n|---|---|---|")
    for name, spent in (("scan, from request to answer", scans), ("bare SELECT + INSERT + COMMIT", bare)):
        print(f"| {name} | {_at(spent, 50):.2f} | {_at(spent, 95):.2f} |")
    print(f"| ratio | {_at(scans, 50) / _at(bare, 50):.0f} | {_at(scans, 95) / _at(bare, 95):.0f} |")


def _timed(work: Callable[[str], None], pieces: list[str]) -> list[float]:
    """Milliseconds of each but the first few, sorted."""
    spent = []
    for piece in pieces:
        began = time.perf_counter()
        work(piece)
        spent.append((time.perf_counter() - began) * 1000)
    return sorted(spent[WARM_UP:])


def _at(spent: list[float], percent: int) -> float:
    return spent[len(spent) * percent // 100]


@contextmanager
def _server() -> Iterator[None]:
    command = [sys.executable, "-m", "gunicorn", "--workers", "2", "--bind", f"{HOST}:{PORT}"]
    command += ["--log-level", "warning", "--config", "config/gunicorn.py", "config.wsgi"]
    process = subprocess.Popen(command, env=os.environ)
    try:
        _wait()
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait() -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection(HOST, PORT, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the web server did not start")


def _scanner() -> Callable[[str], None]:
    """Somebody at the desk, logged in, with a tray that is never full."""
    from django.test import Client
    from django.utils import timezone

    from backoffice.models import User
    from backoffice.roles import Role

    client = Client()
    client.force_login(User.objects.create(username="desk", roles=[Role.RETURNS.value]))
    token = secrets.token_hex(16)
    headers = {
        "Cookie": f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}",
        "X-CSRFToken": token,
        "HX-Request": "true",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection = http.client.HTTPConnection(HOST, PORT, timeout=30)
    today = timezone.localdate().isoformat()

    def scan(piece: str) -> None:
        entered = {"scanned": piece, "reason": "moved", "returned_on": today, "nonce": str(uuid4())}
        connection.request("POST", "/returns/desk/scan/", urlencode(entered), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise SystemExit(f"the desk answered {answer.status}")

    return scan


def _bare() -> Callable[[str], None]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_return (envelope_id bigint, at timestamptz)")

    def record(piece: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM mailing_envelope WHERE piece_no = %s", [piece])
            cursor.execute("INSERT INTO bare_return VALUES (%s, now())", [cursor.fetchone()[0]])

    return record


if __name__ == "__main__":
    main()
