"""The way of a first load of millions (indexes set aside) gives what the way of every day gives."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection

from backoffice.file_intake import heavy_load
from issuance.models import Certificate, InsuredPerson, RosterImport, Selection
from issuance.services import select_targets
from mailing.models import EnclosedCard, Envelope, PrintBatch
from mailing.services import PackCounts, pack_envelopes, plan_batches
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer

pytestmark = pytest.mark.django_db

HEAVY_TABLES = ["issuance_selection", "issuance_certificate", "mailing_envelope", "mailing_enclosedcard"]


def definitions() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%(tables)s)
            UNION ALL SELECT conname, pg_get_constraintdef(oid) || convalidated FROM pg_constraint
            WHERE conrelid = ANY(%(tables)s::regclass[]) ORDER BY 1, 2""",
            {"tables": HEAVY_TABLES},
        )
        # PostgreSQL writes a list of texts in two ways that mean the same.
        return [
            (name, re.sub(r"::(character varying|text)|[()\[\]]", "", text))
            for name, text in cursor.fetchall()
        ]


def indexes_that_wait_for_older_transactions() -> list[tuple[Any, ...]]:
    """Indexes that nobody uses as long as a transaction older than them is open anywhere on the server."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass FROM pg_index WHERE indcheckxmin AND indrelid = ANY(%s::regclass[])",
            [HEAVY_TABLES],
        )
        return list(cursor.fetchall())


def packed() -> tuple[Any, ...]:
    """What two campaigns of the same people must have in common."""
    envelopes = Envelope.objects.order_by("ordinal").values_list(
        "ordinal", "piece_no", "seq", "of", "card_count", "position"
    )
    cards = EnclosedCard.objects.order_by("envelope__ordinal", "position")
    return (
        list(envelopes),
        list(
            cards.values_list("envelope__ordinal", "position", "certificate__serial", "certificate__ordinal")
        ),
        list(Selection.objects.order_by("person_id").values_list("outcome", "reasons")),
        list(PrintBatch.objects.order_by("number").values_list("number", "envelope_count", "card_count")),
    )


def run() -> PackCounts:
    campaign = a_campaign()
    a_household(campaign, "00", "01", "02", "05", "07", employer=an_employer())
    a_household(campaign, "00", branch="40", postal_code="8100001")
    a_household(campaign, "00", "01", postal_code="1900011")
    a_household(campaign, "00", held=True)
    Selection.objects.all()._raw_delete("default")
    people = InsuredPerson.objects.count()
    RosterImport.objects.update(rows=people, accepted=people)
    select_targets(campaign=campaign, at=MORNING, by=None)
    counts = pack_envelopes(campaign=campaign, at=MORNING, by=None)
    plan_batches(campaign=campaign, max_envelopes=2, at=MORNING, by=None)
    again = pack_envelopes(campaign=campaign, at=MORNING, by=None)
    assert again == PackCounts(0, 0)
    return counts


@pytest.mark.parametrize("least_rows", [1, 50_000])
def test_both_ways_give_the_same_and_leave_every_index_in_place(
    monkeypatch: pytest.MonkeyPatch, least_rows: int
) -> None:
    for module in (
        "backoffice.file_intake.heavy_load",
        "issuance.sql.certificates",
        "issuance.sql.selection",
        "mailing.sql.packing",
    ):
        monkeypatch.setattr(f"{module}.LEAST_ROWS", least_rows)
    before = definitions()
    counts = run()
    assert definitions() == before
    assert indexes_that_wait_for_older_transactions() == []
    assert counts == PackCounts(envelopes=4, certificates=Certificate.objects.count())
    envelopes, cards, outcomes, batches = packed()
    assert [row[0] for row in envelopes] == [1, 2, 3, 4]
    assert [(seq, of, count, position) for _ordinal, _piece, seq, of, count, position in envelopes] == [
        (1, 2, 4, 1),
        (2, 2, 1, 2),
        (1, 1, 2, 1),
        (1, 1, 1, 1),
    ]
    assert [row[:2] for row in cards] == [(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (3, 1), (3, 2), (4, 1)]
    assert {outcome for outcome, _reasons in outcomes} == {"target", "held"}
    assert batches == [("R7-13-P001", 2, 5), ("R7-13-P002", 1, 2), ("R7-40-P001", 1, 1)]


def test_rows_of_a_first_load_are_many() -> None:
    assert heavy_load.LEAST_ROWS == 50_000
