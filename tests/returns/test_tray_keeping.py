from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from backoffice.refusal import Refused
from backoffice.roles import Role
from returns.models import DeliveryException, ReturnTray
from returns.services import (
    close_tray,
    confirm_destruction,
    enter_destruction,
    open_tray,
    reroute,
    resolve_exception,
    store_tray,
)
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer, staff
from tests.factories.returns import CUTOFF, come_back, desk, post_all

if TYPE_CHECKING:
    from backoffice.models import User

pytestmark = pytest.mark.django_db
DESTROYED_ON = date(2025, 12, 10)


@pytest.fixture
def tray() -> ReturnTray:
    """A closed tray with one envelope that waits for its cycle."""
    campaign, person = a_campaign(), desk()
    a_household(campaign, "00", employer=an_employer())
    (envelope,) = post_all(campaign)
    tray = open_tray(campaign=campaign, at=MORNING, by=person)
    come_back(envelope, by=person, tray=tray)
    close_tray(tray=tray, counted=1, at=MORNING, by=person)
    return tray


@pytest.fixture
def done(tray: ReturnTray) -> ReturnTray:
    """The tray after its envelope was made anew for the employer."""
    reroute(campaign=tray.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    return tray


def enter(tray: ReturnTray, by: User, on: date = DESTROYED_ON, number: str = "H-1") -> None:
    enter_destruction(tray=tray, destroyed_on=on, certificate_no=number, at=MORNING, by=by)


def refusal_of(work: object, *args: object, **values: object) -> str:
    with pytest.raises(Refused) as refusal:
        work(*args, **values)  # type: ignore[operator]
    return refusal.value.code


def confirm(tray: ReturnTray, by: User, *, on: date = DESTROYED_ON, number: str = "H-1") -> None:
    confirm_destruction(tray=tray, destroyed_on=on, certificate_no=number, at=MORNING, by=by)


def test_the_place_of_a_tray_is_kept_with_who_put_it_there(tray: ReturnTray) -> None:
    person = desk()
    store_tray(tray=tray, place="倉庫A-1", at=MORNING, by=desk())
    store_tray(tray=tray, place=" 倉庫B-2 ", at=MORNING, by=person)
    tray.refresh_from_db()
    assert (tray.storage_place, tray.stored_at, tray.stored_by) == ("倉庫B-2", MORNING, person)
    assert refusal_of(store_tray, tray=tray, place=" ", at=MORNING, by=person) == "place_missing"


def test_two_people_record_the_destruction(done: ReturnTray) -> None:
    first, second = desk(), desk()
    assert refusal_of(confirm, done, second) == "destruction_not_entered"
    enter(done, first, number="wrong")
    enter(done, first)
    assert refusal_of(confirm, done, first) == "same_person"
    assert refusal_of(confirm, done, second, number="wrong") == "destruction_changed"
    assert refusal_of(confirm, done, second, on=DESTROYED_ON + timedelta(days=1)) == "destruction_changed"
    confirm(done, second)
    done.refresh_from_db()
    assert (done.state, done.destroyed_on, done.destruction_no) == ("destroyed", DESTROYED_ON, "H-1")
    assert (done.destruction_entered_by, done.destruction_confirmed_by) == (first, second)
    assert refusal_of(enter, done, first) == "tray_destroyed"
    assert refusal_of(confirm, done, second) == "tray_destroyed"
    assert refusal_of(store_tray, tray=done, place="倉庫", at=MORNING, by=first) == "tray_destroyed"


def test_a_tray_whose_cards_may_still_be_wanted_is_not_destroyed(tray: ReturnTray) -> None:
    assert refusal_of(enter, tray, desk()) == "tray_still_needed"


def test_a_tray_with_an_open_exception_is_not_destroyed(tray: ReturnTray) -> None:
    tray.events.update(reason="refused")
    reroute(campaign=tray.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    person = desk()
    assert refusal_of(enter, tray, person) == "tray_still_needed"
    found = DeliveryException.objects.get()
    resolve_exception(exception=found, resolution="handed_over", note="窓口", at=MORNING, by=person)
    enter(tray, person)
    tray.refresh_from_db()
    assert tray.destruction_entered_by == person


def test_what_a_certificate_of_destruction_cannot_say_is_refused(done: ReturnTray) -> None:
    closed_on = date(2025, 7, 21)  # MORNING in Japan
    assert refusal_of(enter, done, desk(), on=closed_on - timedelta(days=1)) == "destroyed_before_closing"
    assert refusal_of(enter, done, desk(), number=" ") == "certificate_no_missing"
    enter(done, desk(), on=closed_on)


def test_an_open_tray_is_not_destroyed() -> None:
    person = desk()
    tray = open_tray(campaign=a_campaign(), at=MORNING, by=person)
    assert refusal_of(enter, tray, person) == "tray_open"


def test_only_the_returns_side_keeps_trays(done: ReturnTray) -> None:
    reader, clerk = staff(Role.INQUIRY), staff(Role.CLERK)
    for person in (reader, clerk):
        with pytest.raises(PermissionDenied):
            enter(done, person)
        with pytest.raises(PermissionDenied):
            store_tray(tray=done, place="倉庫", at=MORNING, by=person)
    enter(done, desk())
    with pytest.raises(PermissionDenied):
        confirm(done, reader)
    confirm(done, clerk)


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("destruction_is_entered_whole", {"destruction_no": "H-1"}),
        ("destruction_was_confirmed_by_another", {"state": "destroyed"}),
        ("tray_place_was_entered_by_somebody", {"storage_place": "倉庫"}),
    ],
)
def test_the_tables_themselves_refuse_half_a_record(
    done: ReturnTray, constraint: str, columns: dict[str, str]
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ReturnTray.objects.filter(pk=done.pk).update(**columns)


def test_the_tables_themselves_refuse_the_same_person_twice(done: ReturnTray) -> None:
    person = desk()
    enter(done, person)
    rows = ReturnTray.objects.filter(pk=done.pk)
    with pytest.raises(IntegrityError, match="destruction_was_confirmed_by_another"), transaction.atomic():
        rows.update(state="destroyed", destruction_confirmed_at=MORNING, destruction_confirmed_by=person)
