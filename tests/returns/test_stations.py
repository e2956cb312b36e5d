"""Several stations at once, on real connections of their own."""

from __future__ import annotations

from collections import Counter
from random import Random
from threading import Barrier, Thread
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection

from returns.models import ReturnEvent, ReturnTray
from returns.services import ScanKind, open_tray, record_return
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer
from tests.factories.returns import RETURNED_ON, desk, post_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailing.models import Envelope

pytestmark = pytest.mark.django_db(transaction=True)
STATIONS = 8


def a_pile(count: int) -> list[Envelope]:
    campaign, employer = a_campaign(), an_employer()
    for _ in range(count):
        a_household(campaign, "00", employer=employer)
    return post_all(campaign)


def at_once(work: Callable[[int], None]) -> None:
    """`work(0)` … `work(7)`, all starting at the same moment, each on its own connection."""
    start = Barrier(STATIONS)

    def station(number: int) -> None:
        try:
            start.wait()
            work(number)
        finally:
            connection.close()

    threads = [Thread(target=station, args=(number,)) for number in range(STATIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_eight_stations_on_the_same_pile_record_each_piece_once() -> None:
    pile = a_pile(12)
    people = [desk() for _ in range(STATIONS)]
    trays = [open_tray(campaign=pile[0].campaign, at=MORNING, by=person) for person in people]
    said: list[tuple[int, ScanKind]] = []

    def work(number: int) -> None:
        for envelope in Random(number).sample(pile, len(pile)):
            answer = record_return(
                campaign=envelope.campaign,
                scanned=envelope.piece_no,
                reason="moved",
                returned_on=RETURNED_ON,
                at=MORNING,
                by=people[number],
                nonce=uuid4(),
                tray=trays[number],
            )
            said.append((envelope.pk, answer.kind))

    at_once(work)
    once = {(envelope.pk, ScanKind.RECORDED): 1 for envelope in pile}
    again = {(envelope.pk, ScanKind.REPEATED): STATIONS - 1 for envelope in pile}
    assert Counter(said) == Counter(once | again)
    assert sorted(ReturnEvent.objects.values_list("envelope", flat=True)) == [one.pk for one in pile]
    for tray in ReturnTray.objects.all():
        assert tray.scanned == ReturnEvent.objects.filter(tray=tray).count()


def test_resends_that_overtake_each_other_all_get_the_first_answer() -> None:
    (envelope,) = a_pile(1)
    person, nonce, kinds = desk(), uuid4(), []

    def work(_number: int) -> None:
        answer = record_return(
            campaign=envelope.campaign,
            scanned=envelope.piece_no,
            reason="moved",
            returned_on=RETURNED_ON,
            at=MORNING,
            by=person,
            nonce=nonce,
        )
        kinds.append(answer.kind)

    at_once(work)
    assert (kinds, ReturnEvent.objects.count()) == ([ScanKind.RECORDED] * STATIONS, 1)
