"""`python -m bench.home [--people N]`: the home page of a campaign with N people, each with an envelope that was posted and one in
33 returned: what the first reader waits for, what everybody else waits for, as a ratio to one indexed SELECT in the same run."""

from __future__ import annotations

import argparse
import time
from statistics import median
from typing import TYPE_CHECKING

from bench.national import Clock, peak_megabytes, print_table
from bench.posted import posted_mailing
from bench.scratch import use_scratch_database

if TYPE_CHECKING:
    from collections.abc import Callable

REPEATS = 50


def seconds_of(work: Callable[[], object]) -> float:
    """The median of many times."""
    spent = []
    for _again in range(REPEATS):
        begun = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begun)
    return median(spent)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    people = parser.parse_args().people
    use_scratch_database("todoke_bench_home")
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.urls import reverse

    from backoffice.models import User
    from backoffice.session_guard import SECOND_FACTOR
    from returns.tasks import refresh_overview

    clock = Clock()
    with clock("filled"):
        posted_mailing(envelopes=people, returned=people // 33)
    setup_test_environment(debug=False)
    client = Client()
    client.force_login(User.objects.create_user("reader", roles=["supervisor"]))
    session = client.session
    session[SECOND_FACTOR] = True
    session.save()
    page = reverse("returns:overview")

    def read() -> None:
        assert client.get(page).status_code == 200

    def select() -> object:
        with connection.cursor() as cursor:
            cursor.execute("SELECT state FROM mailing_envelope WHERE id = %s", [people // 2])
            return cursor.fetchone()

    with clock("the first reader, who has it counted"):
        read()
    with clock("a worker that counts anew, every minute"):
        refresh_overview()
    clock.seconds["one indexed SELECT"] = seconds_of(select)
    clock.seconds["**everybody else**"] = seconds_of(read)
    unit = clock.seconds["one indexed SELECT"]
    names = ["one indexed SELECT", "**everybody else**", *list(clock.seconds)[1:3]]
    rows = [(name, f"{clock.seconds[name]:.4f}", f"{clock.seconds[name] / unit:.0f}") for name in names]
    print_table(f"home page, {people:,} people", rows)
    print(f"\npeak_mb={peak_megabytes()}")


if __name__ == "__main__":
    main()
