"""`python -m bench.lookup [--people N]`: how long it takes to find somebody, in SQL and as a page."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

from bench.national import Clock, people_of, roster, take_in
from bench.scratch import use_scratch_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from issuance.models import Campaign

REPEATS, PAGE, SAMPLE = 500, 50, 2000
# Settings with which pages are served without a server and without collected static files.
SERVED: dict[str, Any] = {
    "ALLOWED_HOSTS": ["testserver"],
    "WHITENOISE_AUTOREFRESH": True,
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
}


def percentiles(name: str, look_up: Callable[[Any], object], given: list[Any]) -> None:
    """Print the median and the 99th percentile in milliseconds, of rows that are in memory, and the latter once more for the
    first time that they are asked for, when they may come from the disk."""
    chosen = [random.choice(given) for _ in range(REPEATS)]
    first, again = _spent(look_up, chosen), _spent(look_up, chosen)
    last = REPEATS * 99 // 100
    print(f"| {name} | {again[REPEATS // 2]:.2f} | {again[last]:.2f} | {first[last]:.2f} |", flush=True)


def _spent(look_up: Callable[[Any], object], chosen: list[Any]) -> list[float]:
    """Milliseconds of each, the shortest first."""
    spent = []
    for value in chosen:
        started = time.perf_counter()
        look_up(value)
        spent.append((time.perf_counter() - started) * 1000)
    return sorted(spent)


def answers(name: str, look_up: Callable[[Any], QuerySet[Any]], given: list[Any]) -> None:
    """The same for what the database answers to the statements of these querysets: sent, run, fetched."""
    from django.db import connection

    statements = [look_up(random.choice(given)).query.sql_with_params() for _ in range(REPEATS)]
    with connection.cursor() as cursor:

        def ask(statement: tuple[str, Any]) -> object:
            cursor.execute(*statement)
            return cursor.fetchall()

        percentiles(name, ask, statements)


def packed(people: int) -> Campaign:
    """A packed campaign."""
    from django.utils import timezone

    from issuance.services import select_targets
    from mailing.services import pack_envelopes

    clock, at = Clock(), timezone.now()
    with roster(people, clock) as folder:
        campaign = take_in(folder, clock)
    select_targets(campaign=campaign, at=at, by=None)
    pack_envelopes(campaign=campaign, at=at, by=None)
    return campaign


def look_ups(campaign: Campaign) -> None:
    """Each way of finding somebody as the system asks the database, the answer read."""
    from employers.models import Employer
    from issuance.models import InsuredPerson
    from issuance.queries import (
        estimated_rows,
        matching,
        people_by_numbers,
        people_by_postal_code,
        people_of_employer,
    )
    from mailing.models import EnclosedCard, Envelope

    rows = InsuredPerson.objects.filter(household__campaign=campaign).select_related("household", "selection")
    sample: list[Any] = random.sample(
        list(
            rows.filter(pk__lte=SAMPLE * 10).values_list(
                "household__symbol",
                "household__number",
                "edaban",
                "kana_key",
                "name_key",
                "postal_code",
                "birth_date",
            )
        ),
        SAMPLE,
    )
    highest = InsuredPerson.objects.order_by("-pk").values_list("pk", flat=True)[0]
    deep = list(
        InsuredPerson.objects.filter(
            pk__in=[random.randrange(highest) + 1 for _ in range(SAMPLE)]
        ).values_list("pk", flat=True)
    )
    pieces = list(Envelope.objects.values_list("piece_no", flat=True)[:SAMPLE])
    employers = list(Employer.objects.all()[:SAMPLE])

    def by_piece(piece: str) -> QuerySet[Any]:
        return EnclosedCard.objects.filter(envelope__piece_no=piece).select_related(
            "envelope", "certificate__person"
        )

    answers("envelope and its cards by 封筒番号", by_piece, pieces)
    answers("記号・番号", lambda r: people_by_numbers(rows, r[0], r[1])[:PAGE], sample)
    answers("記号・番号・枝番", lambda r: people_by_numbers(rows, r[0], r[1], r[2])[:PAGE], sample)
    answers("カナ, first two characters", lambda r: matching(rows, r[3][:2])[:PAGE], sample)
    answers("カナ, タ", lambda _row: matching(rows, "タ")[:PAGE], sample)
    answers("name, first character", lambda r: matching(rows, r[4][:1])[:PAGE], sample)
    answers("Latin letter, in names and readings", lambda letter: matching(rows, letter)[:PAGE], list("SNAP"))
    answers("day of birth", lambda r: matching(rows, r[6].isoformat())[:PAGE], sample)
    answers("postal code", lambda r: people_by_postal_code(rows, r[5])[:PAGE], sample)
    answers("employer", lambda e: people_of_employer(rows, e)[:PAGE], employers)
    by_kana = rows.order_by("kana_key", "pk")
    answers("keyset page at a random depth", lambda pk: _behind(by_kana, pk), deep)
    percentiles("estimated count", lambda _row: estimated_rows(InsuredPerson), sample)


def _behind(rows: QuerySet[Any], pk: int) -> QuerySet[Any]:
    """The page after a row; finding the row's place is not measured."""
    from backoffice.keyset import rows_behind

    behind = rows_behind(rows, pk)
    assert behind is not None
    return behind[:PAGE]


def pages(campaign: Campaign) -> None:
    """The search page and the home page, from request to answer, in a process that has made itself ready as the web server's do."""
    from django.test import Client
    from django.urls import reverse

    from backoffice.models import User
    from backoffice.roles import Role
    from config.gunicorn import leave_loaded_alone
    from issuance.models import InsuredPerson

    user, _made = User.objects.get_or_create(username="bench", roles=[Role.INQUIRY.value])
    client, address = Client(), reverse("issuance:person-list")
    client.force_login(user)
    # Behind a row that the reader may not see nobody can turn.
    hidden = InsuredPerson.objects.filter(nondisclosure=True).values("household")
    seen = InsuredPerson.objects.filter(household__campaign=campaign, pk__lte=SAMPLE).exclude(
        household__in=hidden
    )
    keys = seen.values_list("household__symbol", "household__number", "kana_key", "pk")
    sample = list(keys)
    client.post(address, {"words": sample[0][2][:2]})
    leave_loaded_alone()
    percentiles("page: 記号・番号", lambda r: client.post(address, {"words": f"{r[0]} {r[1]}"}), sample)
    percentiles("page: カナ", lambda r: client.post(address, {"words": r[2][:2]}), sample)
    results = {"HX-Request": "true", "HX-Target": "results"}  # what a browser with JavaScript asks for
    percentiles(
        "page: カナ, the list alone",
        lambda r: client.post(address, {"words": r[2][:2]}, headers=results),
        sample,
    )
    percentiles("page: Latin letter", lambda letter: client.post(address, {"words": letter}), list("SNAP"))
    turned = [{"words": kana[:1], "page": f"900a{pk}"} for _symbol, _number, kana, pk in sample]
    percentiles("page: カナ, turned to deep in the list", lambda data: client.post(address, data), turned)
    _home_page()


def _home_page() -> None:
    """The home page for the first reader, for whom a count is begun and broken off if it is long, for those after them while no
    worker has counted, and with the numbers of a worker; and how long the worker counts."""
    from django.test import Client
    from django.urls import reverse

    from backoffice.models import User
    from backoffice.session_guard import SECOND_FACTOR
    from returns.tasks import refresh_overview

    client, address = Client(), reverse("returns:overview")
    reader, _made = User.objects.get_or_create(username="bench-home", roles=["supervisor"])
    client.force_login(reader)
    session = client.session
    session[SECOND_FACTOR] = True
    session.save()

    def read(_nothing: object) -> None:
        assert client.get(address).status_code == 200

    print(f"| page: home, the first reader | {_spent(read, [None])[0]:.0f} | | |")
    percentiles("page: home, before a worker has counted", read, [None])
    print(
        f"| a worker counts for the home page | {_spent(lambda _nothing: refresh_overview(), [None])[0]:.0f} | | |"
    )
    percentiles("page: home, with the worker's numbers", read, [None])


def main() -> None:
    """Measure and print."""
    people = people_of(__doc__)
    use_scratch_database("todoke_bench_lookup")
    from django.conf import settings

    for name, value in SERVED.items():
        setattr(settings, name, value)
    campaign = packed(people)
    random.seed(1)
    print(f"\n| {people:,} people | p50 ms | p99 ms | p99 ms, the first time |\n|---|---|---|---|")
    look_ups(campaign)
    pages(campaign)


if __name__ == "__main__":
    main()
