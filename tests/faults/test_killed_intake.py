"""The process that takes a roster in is killed for good: nothing is left half done, and the next run does all of it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from backoffice.file_intake import heavy_load
from employers.apps import ensure_branches
from issuance.models import Household, InsuredPerson, Reject, RosterImport
from issuance.services import import_insured
from tests.factories.backoffice import MORNING
from tests.factories.issuance import CampaignFactory
from tests.issuance.roster_files import person, roster_file, take_in_employer
from tests.workers import environment

if TYPE_CHECKING:
    from pathlib import Path

# One process dies while rows are read, the next when all is written and only the commit is missing; both by their own hand, at
# a place that does not depend on time. A file counts as large from the given number of rows on.
DYING = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from django.db import transaction
from django.utils import timezone
from issuance.models import Campaign
from issuance.services import import_insured
from backoffice.file_intake import heavy_load

heavy_load.LEAST_ROWS = int(sys.argv[2])

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

path = Path(sys.argv[1])

def take_in(progress=None):
    import_insured(campaign=Campaign.objects.get(), path=path, file_name="x", at=timezone.now(), by=None, progress=progress)

if os.fork() == 0:
    take_in(progress=die)
reading = os.wait()[1]
if os.fork() == 0:
    with transaction.atomic():
        take_in()
        die()
print(os.WTERMSIG(reading), os.WTERMSIG(os.wait()[1]))
"""


ROWS_BEFORE_LARGE = pytest.mark.parametrize(
    "least_rows", [heavy_load.LEAST_ROWS, 0], ids=["row by row", "straight, without indexes"]
)


@ROWS_BEFORE_LARGE
@pytest.mark.django_db(transaction=True)
def test_a_killed_import_leaves_nothing_and_the_next_one_takes_everything_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least_rows: int
) -> None:
    ensure_branches("default")
    campaign = CampaignFactory.create()
    take_in_employer(tmp_path, campaign)
    path = roster_file(tmp_path, person(), person(number="2"), person(number="3", edaban="x"))
    before = indexes_and_constraints()
    signals = subprocess.run(
        [sys.executable, "-c", DYING, str(path), str(least_rows)],
        env=environment() | {"DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert signals == ["9", "9"]
    tables = (RosterImport, Reject, Household, InsuredPerson)
    assert [table.objects.count() for table in tables] == [0, 0, 0, 0]
    assert indexes_and_constraints() == before

    monkeypatch.setattr(heavy_load, "LEAST_ROWS", least_rows)
    record = import_insured(campaign=campaign, path=path, file_name="x", at=MORNING, by=None)
    assert (record.accepted, record.rejected) == (2, 1)
    assert indexes_and_constraints() == before
    again = import_insured(campaign=campaign, path=path, file_name="x", at=MORNING, by=None)
    assert (again, InsuredPerson.objects.count()) == (record, 2)


def indexes_and_constraints() -> list[tuple[str, str]]:
    """Every index and constraint of the tables that a roster fills, as they are defined."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'issuance_%'
            UNION ALL
            SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid::regclass::text LIKE 'issuance_%'
            ORDER BY 1, 2
            """
        )
        return list(cursor.fetchall())
