from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, transaction

from backoffice.file_intake import heavy_load
from backoffice.file_intake.heavy_load import bulk_settings, indexes_set_aside
from issuance.models import InsuredPerson
from tests.factories.issuance import CampaignFactory
from tests.issuance.roster_files import dependant, person, take_in, take_in_employer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db

TABLES = ("issuance_insuredperson", "issuance_household")


@pytest.fixture
def every_load_is_heavy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heavy_load, "LEAST_ROWS", 1)


def asked(question: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, [list(TABLES)])
        return list(cursor.fetchall())


def definitions() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    indexes = asked(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) ORDER BY indexname, indexdef"
    )
    constraints = asked(
        "SELECT conname, contype, convalidated, condeferrable, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = ANY(%s::regclass[]) ORDER BY conname"
    )
    return indexes, constraints


@pytest.mark.usefixtures("every_load_is_heavy")
def test_after_a_first_load_every_index_and_constraint_is_as_before(tmp_path: Path) -> None:
    campaign = CampaignFactory.create()
    take_in_employer(tmp_path, campaign)
    before = definitions()
    record = take_in(tmp_path, campaign, person(), dependant(), person(number="2"), person(number="0"))
    assert (record.rows, record.accepted, record.rejected) == (4, 3, 1)
    assert definitions() == before
    assert list(InsuredPerson.objects.order_by("line").values_list("line", flat=True)) == [2, 3, 4]
    with pytest.raises(IntegrityError, match="one_insured_per_household"), transaction.atomic():
        InsuredPerson.objects.update(relation="1")


@pytest.mark.usefixtures("every_load_is_heavy")
def test_indexes_stay_where_the_table_holds_more_than_comes(tmp_path: Path) -> None:
    campaign = CampaignFactory.create()
    take_in_employer(tmp_path, campaign)
    take_in(tmp_path, campaign, person(), dependant(), person(number="2"))
    for rows, aside in ((2, False), (3, True)):
        before = definitions()
        with indexes_set_aside(TABLES, rows=rows) as told:
            assert told is aside
            assert (definitions() == before) is not aside
        assert definitions() == before


def test_a_small_load_leaves_indexes_in_place() -> None:
    with indexes_set_aside(TABLES, rows=heavy_load.LEAST_ROWS - 1) as told:
        assert told is False


@pytest.mark.django_db(transaction=True)
def test_bulk_settings_end_with_the_transaction() -> None:
    def work_mem() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW work_mem")
            return str(cursor.fetchone()[0])

    before = work_mem()
    with transaction.atomic():
        bulk_settings()
        assert work_mem() == "256MB"
    assert work_mem() == before
