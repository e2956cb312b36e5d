"""Several stations at once, on real connections of their own."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from random import Random
from threading import Barrier, Thread
from threading import Event as ThreadEvent
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models import Count

from backoffice.refusal import Refused
from issuance.models import Campaign, Certificate, InsuredPerson
from issuance.services import void_certificates
from issuance.states import VoidCause
from mailing.services import pull_lost_envelopes
from returns.models import ReturnEvent, ReturnTray
from returns.queries import check_integrity
from returns.services import (
    ScanKind,
    close_campaign,
    collect_card,
    import_returns,
    open_tray,
    record_return,
    reroute,
    undo_return,
)
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer, lose, supervisor
from tests.factories.returns import CUTOFF, RETURNED_ON, come_back, desk, post_all, returns_file
from tests.waiting import wait_for_a_lock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from backoffice.models import User
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


def test_cycles_collections_losses_and_scans_at_once_leave_nobody_with_two_live_cards() -> None:
    pile = a_pile(STATIONS)
    campaign = pile[0].campaign
    for envelope in pile[::2]:
        come_back(envelope)
    people = [supervisor() if number < 2 else desk() for number in range(STATIONS)]

    def work(number: int) -> None:
        person = people[number]
        if number < 2:
            reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=person)
        elif number < 4:
            for place in (0, 1, 2):
                card = Certificate.objects.filter(person__household=pile[place].household).latest("pk")
                with suppress(Refused):
                    values: dict[str, Any] = {
                        "reason": "lost",
                        "collected_on": RETURNED_ON,
                        "at": MORNING,
                        "by": person,
                    }
                    collect_card(campaign=campaign, serial=card.serial, **values)
        elif number < 6:
            with transaction.atomic():  # as a file of losses does
                Campaign.objects.select_for_update().get(pk=campaign.pk)
                lose(*InsuredPerson.objects.filter(household=pile[number].household))
                lost = Certificate.objects.filter(person__household=pile[number].household)
                void_certificates(certificates=lost, cause=VoidCause.LOST, at=MORNING, by=None)
            pull_lost_envelopes(campaign=campaign, at=MORNING, by=None)
        else:
            for envelope in pile:
                come_again(envelope, person)

    at_once(work)
    live = Certificate.objects.filter(state="live").values("person").annotate(cards=Count("pk"))
    assert list(live.filter(cards__gt=1)) == []
    ends = ReturnEvent.objects.filter(undone_at=None).values_list("envelope", "state")
    assert Counter(envelope for envelope, _state in ends) == Counter(one.pk for one in pile)
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    assert ReturnEvent.objects.filter(state="waiting").count() == 0
    wrong = [(found.name, found.details) for found in check_integrity(campaign) if found.breaches]
    assert [name for name, _details in wrong if name != "every_row_is_a_person_or_a_reject"] == []


def come_again(envelope: Envelope, person: User) -> None:
    record_return(
        campaign=envelope.campaign,
        scanned=envelope.piece_no,
        reason="moved",
        returned_on=RETURNED_ON,
        at=MORNING,
        by=person,
        nonce=uuid4(),
    )


def test_a_scan_is_undone_once_however_often_it_is_clicked() -> None:
    first, last = a_pile(2)
    one = desk()
    tray = open_tray(campaign=first.campaign, at=MORNING, by=one)
    come_back(first, by=one, tray=tray)
    event = come_back(last, by=one, tray=tray)
    refused: list[str] = []

    def click(_number: int) -> None:
        try:
            undo_return(event=event, at=MORNING, by=one)
        except Refused as refusal:
            refused.append(refusal.code)

    at_once(click)
    tray.refresh_from_db()
    assert refused == ["not_undoable"] * (STATIONS - 1)
    assert (tray.scanned, list(ReturnEvent.objects.filter(undone_at=None).values_list("envelope"))) == (
        1,
        [(first.pk,)],
    )


def test_a_scan_that_a_cycle_has_judged_is_not_undone() -> None:
    [envelope] = a_pile(1)
    one = desk()
    event = come_back(envelope, by=one)
    judged = ThreadEvent()

    def cycle() -> None:
        try:
            with transaction.atomic():
                reroute(campaign=envelope.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
                judged.set()
                wait_for_a_lock()
        finally:
            connection.close()

    thread = Thread(target=cycle)
    thread.start()
    judged.wait(30)
    with pytest.raises(Refused) as refusal:
        undo_return(event=event, at=MORNING, by=one)
    thread.join()
    event.refresh_from_db()
    assert (refusal.value.code, event.state, event.undone_at) == ("not_undoable", "rerouted", None)


def beside(work: Callable[[], object], meanwhile: Callable[[], object]) -> list[object]:
    """`work` in a transaction of its own that ends only once `meanwhile`, on this connection, waits for it or is done; what both
    said: an answer or a refusal's code.
    """
    begun, said = ThreadEvent(), []

    def told(step: Callable[[], object]) -> object:
        try:
            return step()
        except Refused as refusal:
            return refusal.code

    def first() -> None:
        try:
            with transaction.atomic():
                said.append(told(work))
                begun.set()
                wait_for_a_lock()
        finally:
            connection.close()

    thread = Thread(target=first)
    thread.start()
    assert begun.wait(timeout=30)
    said.append(told(meanwhile))
    thread.join()
    return said


def scanning(envelope: Envelope, by: User) -> ScanKind:
    values: dict[str, Any] = {"reason": "moved", "returned_on": RETURNED_ON, "at": MORNING, "by": by}
    return record_return(campaign=envelope.campaign, scanned=envelope.piece_no, **values).kind


def test_a_campaign_is_not_closed_over_a_scan_under_way() -> None:
    (envelope,) = a_pile(1)
    by, person = supervisor(), desk()
    said = beside(
        lambda: scanning(envelope, person),
        lambda: close_campaign(campaign=envelope.campaign, at=MORNING, by=by),
    )
    assert said == [ScanKind.RECORDED, "work_left"]


def test_a_campaign_is_not_closed_over_a_card_that_is_being_collected() -> None:
    (envelope,) = a_pile(1)
    by, person = supervisor(), desk()
    values: dict[str, Any] = {"reason": "lost", "collected_on": RETURNED_ON, "at": MORNING, "by": person}
    serial = envelope.cards.get().certificate.serial
    said = beside(
        lambda: bool(collect_card(campaign=envelope.campaign, serial=serial, **values)),
        lambda: close_campaign(campaign=envelope.campaign, at=MORNING, by=by),
    )
    assert said == [True, "work_left"]


def test_nothing_is_scanned_into_a_campaign_that_is_being_closed() -> None:
    (envelope,) = a_pile(1)
    campaign, person = envelope.campaign, desk()

    def close() -> None:  # as it does once nothing is open
        now = Campaign.objects.select_for_update().get(pk=campaign.pk)
        now.closed_at, now.closed_by = MORNING, person
        now.save()

    assert beside(close, lambda: scanning(envelope, person)) == [None, "campaign_closed"]
    assert not ReturnEvent.objects.exists()


def test_a_file_that_names_a_piece_just_being_scanned_waits_and_counts_it_as_repeated(
    tmp_path: Path,
) -> None:
    first, second = a_pile(2)
    person, by = desk(), desk()
    path = returns_file(
        tmp_path / "returns.csv",
        (second.piece_no, "moved", "2025-09-01"),
        (first.piece_no, "moved", "2025-09-01"),
    )

    def take_in() -> tuple[int, int]:
        record = import_returns(campaign=first.campaign, path=path, file_name=path.name, at=MORNING, by=by)
        return record.recorded, record.repeated

    assert beside(lambda: scanning(first, person), take_in) == [ScanKind.RECORDED, (1, 1)]
