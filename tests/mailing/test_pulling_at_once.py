"""Pulling while somebody else posts, on real connections of their own."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from django.db import connection, transaction

from backoffice.states import move
from issuance.models import Certificate, InsuredPerson
from mailing.models import Envelope, PrintBatch
from mailing.services import PullCounts, pack_envelopes, plan_batches, pull_lost_envelopes
from mailing.services.guards import locked
from tests.factories.mailing import MORNING, a_campaign, a_household, lose
from tests.factories.returns import POSTED_ON
from tests.waiting import wait_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_envelope_that_is_posted_meanwhile_keeps_its_cards() -> None:
    campaign = a_campaign()
    posted, pulled = (a_household(campaign, "00", "01", branch=branch) for branch in ("13", "14"))
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None)
    batch = PrintBatch.objects.get(branch="13")
    going = Envelope.objects.filter(household=posted)
    move(going, to="released", at=MORNING, by=None, released_at=MORNING)
    move(going, to="inserted", at=MORNING, by=None)
    for household in (posted, pulled):
        lose(InsuredPerson.objects.get(household=household, edaban="01"))
    under_way = Event()

    def post() -> None:
        try:
            with transaction.atomic():
                locked(batch)
                move(going, to="posted", at=MORNING, by=None, posted_on=POSTED_ON)
                under_way.set()
                wait_for_a_lock()
        finally:
            connection.close()

    thread = Thread(target=post)
    thread.start()
    under_way.wait(30)
    counts = pull_lost_envelopes(campaign=campaign, at=MORNING, by=None)
    thread.join()
    assert counts == PullCounts(pulled=1, replaced=1)
    cards = Certificate.objects.filter(person__household=posted).order_by("pk")
    assert list(cards.values_list("person__edaban", "state")) == [("00", "live"), ("01", "live")]
    assert going.get().state == "posted"
    assert sorted(Envelope.objects.filter(household=pulled).values_list("state", flat=True)) == [
        "planned",
        "pulled",
    ]
