from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.models import Transition
from backoffice.refusal import Refused
from backoffice.roles import Role
from issuance.models import Certificate
from issuance.services import void_certificates
from issuance.states import VoidCause
from mailing.models import Envelope
from returns.models import DeliveryException, ExceptionEntry, ReturnEvent
from returns.services import (
    assign_exception,
    comment_on_exception,
    deliver_after_all,
    postpone_exception,
    reroute,
    resolve_exception,
    work_in_bulk,
)
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    clerk,
    lose,
    staff,
    supervisor,
)
from tests.factories.returns import CUTOFF, come_back, post_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from backoffice.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def exception(db: None) -> DeliveryException:
    campaign = a_campaign()
    a_household(campaign, "00")
    come_back(post_all(campaign)[0])
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    return DeliveryException.objects.get()


def refusal_of(work: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        work()
    return refusal.value.code


def resolve(exception: DeliveryException, resolution: str = "handed_over", **changes: object) -> None:
    values = {"note": "支部で手渡し", "at": MORNING, "by": clerk(), **changes}
    resolve_exception(exception=exception, resolution=resolution, **values)  # type: ignore[arg-type]


def test_an_exception_has_a_due_date_and_can_be_taken(exception: DeliveryException) -> None:
    person = clerk()
    assign_exception(exception=exception, owner=person, by=person, at=MORNING)
    exception.refresh_from_db()
    assert (exception.owner, exception.due_on) == (person, date(2025, 8, 4))


def test_it_is_resolved_once_with_an_outcome(exception: DeliveryException) -> None:
    resolve(exception)
    exception.refresh_from_db()
    assert (exception.state, exception.resolution, exception.note) == (
        "resolved",
        "handed_over",
        "支部で手渡し",
    )
    with pytest.raises(Refused, match="すでに完了"):
        resolve(exception)
    with pytest.raises(Refused, match="すでに完了"):
        assign_exception(exception=exception, owner=clerk(), by=clerk(), at=MORNING)


def test_an_unknown_outcome_is_refused(exception: DeliveryException) -> None:
    with pytest.raises(Refused, match="結果"):
        resolve(exception, "forgotten")


def test_a_nondisclosure_case_needs_its_own_permission(exception: DeliveryException) -> None:
    DeliveryException.objects.update(code="nondisclosure")
    exception.refresh_from_db()
    with pytest.raises(PermissionDenied):
        resolve(exception)
    with pytest.raises(PermissionDenied):
        assign_exception(exception=exception, owner=clerk(), by=supervisor(), at=MORNING)
    with pytest.raises(PermissionDenied):
        deliver_after_all(event=exception.event, note="", at=MORNING, by=clerk())
    resolve(exception, by=supervisor())
    exception.refresh_from_db()
    assert exception.state == "resolved"


def test_readers_may_not_work_on_exceptions(exception: DeliveryException) -> None:
    with pytest.raises(PermissionDenied):
        resolve(exception, by=staff(Role.INQUIRY))
    with pytest.raises(PermissionDenied):
        assign_exception(exception=exception, owner=staff(Role.INQUIRY), by=clerk(), at=MORNING)


def test_delivered_after_all_closes_the_exception_and_the_return(exception: DeliveryException) -> None:
    resolve(exception, "delivered_after_all")
    exception.refresh_from_db()
    assert (exception.state, exception.event.state, exception.event.envelope.state) == (
        "resolved",
        "delivered_after_all",
        "delivered_after_all",
    )
    with pytest.raises(Refused, match="すでに対応"):
        deliver_after_all(event=exception.event, note="", at=MORNING, by=clerk())


def test_delivered_after_all_ends_a_waiting_return() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer())
    event = come_back(post_all(campaign)[0])
    deliver_after_all(event=event, note="電話あり", at=MORNING, by=clerk())
    assert reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None).rerouted == 0
    with pytest.raises(Refused, match="すでに対応"):
        deliver_after_all(event=event, note="", at=MORNING, by=clerk())


def test_what_was_said_about_a_delivery_can_be_erased() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer())
    event = come_back(post_all(campaign)[0])
    ReturnEvent.objects.filter(pk=event.pk).update(note="封筒に書き込み")
    deliver_after_all(event=event, note="母から電話", at=MORNING, by=clerk())
    event.refresh_from_db()
    assert event.note == "封筒に書き込み\n母から電話"
    assert not Transition.objects.filter(reason__contains="母").exists()


def test_after_the_cycle_it_names_the_envelope_whose_cards_are_valid() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer())
    event = come_back(post_all(campaign)[0])
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    newer = Envelope.objects.get(kind="employer")
    with pytest.raises(Refused, match=newer.piece_no):
        deliver_after_all(event=ReturnEvent.objects.get(pk=event.pk), note="", at=MORNING, by=clerk())


def test_taking_it_from_somebody_names_them(exception: DeliveryException) -> None:
    first, second = clerk(), clerk()

    def take(person: User, instead_of: User | None = None) -> None:
        assign_exception(exception=exception, owner=person, by=person, at=MORNING, instead_of=instead_of)

    take(first)
    take(first)
    assert refusal_of(lambda: take(second)) == "owned_by_other"
    assert refusal_of(lambda: take(second, instead_of=clerk())) == "owned_by_other"
    assert refusal_of(lambda: resolve(exception, by=second)) == "owned_by_other"
    take(second, instead_of=first)
    resolve(exception, by=second)
    entries = ExceptionEntry.objects.order_by("pk").values_list("step", "owner", "by")
    assert list(entries) == [("assigned", first.pk, first.pk), ("assigned", second.pk, second.pk)]


def test_comments_and_due_dates_are_kept_in_order(exception: DeliveryException) -> None:
    person, due = clerk(), date(2025, 9, 1)
    comment_on_exception(exception=exception, note=" 支部に照会 ", at=MORNING, by=person)
    postpone_exception(exception=exception, due_on=due, note="回答待ち", at=MORNING, by=person)
    entries = ExceptionEntry.objects.order_by("pk").values_list("step", "due_on", "note")
    assert list(entries) == [("comment", None, "支部に照会"), ("due", due, "回答待ち")]
    exception.refresh_from_db()
    assert (exception.due_on, str(ExceptionEntry.objects.first())) == (due, f"{exception.pk} comment")


def test_what_an_exception_cannot_be_told_is_refused(exception: DeliveryException) -> None:
    values: dict[str, Any] = {"exception": exception, "at": MORNING, "by": clerk()}
    yesterday = MORNING.date() - timedelta(days=1)
    refused = [
        refusal_of(lambda: comment_on_exception(note=" ", **values)),
        refusal_of(lambda: postpone_exception(note="", due_on=CUTOFF, **values)),
        refusal_of(lambda: postpone_exception(note="x", due_on=yesterday, **values)),
        refusal_of(lambda: resolve(exception, note=" ")),
        refusal_of(lambda: resolve(exception, "cancelled")),
    ]
    assert refused == ["note_missing", "note_missing", "due_in_the_past", "note_missing", "still_eligible"]
    assert ExceptionEntry.objects.count() == 0


def test_it_is_cancelled_where_nobody_is_eligible_any_more(exception: DeliveryException) -> None:
    household = exception.event.envelope.household
    assert household is not None
    lose(*household.people.all())
    card = Certificate.objects.all()
    void_certificates(certificates=card, cause=VoidCause.LOST, at=MORNING, by=None)
    assert refusal_of(lambda: resolve(exception, "handed_over")) == "nobody_eligible"
    assert refusal_of(lambda: resolve(exception, "branch_contact")) == "nobody_eligible"
    resolve(exception, "cancelled")
    exception.refresh_from_db()
    assert exception.resolution == "cancelled"


def in_bulk(*rows: DeliveryException, **changes: object) -> int:
    values = {"owner": None, "due_on": None, "note": "", "at": MORNING, "by": clerk(), **changes}
    return work_in_bulk(exceptions=rows, **values)  # type: ignore[arg-type]


def test_many_are_worked_on_at_once_without_those_done_meanwhile(exception: DeliveryException) -> None:
    campaign = exception.event.envelope.campaign
    a_household(campaign, "00")
    come_back(post_all(campaign)[-1])
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    first, second = DeliveryException.objects.order_by("pk")
    assert in_bulk(first, second, note="一斉に照会") == 2
    resolve(first)
    owner = clerk()
    assert in_bulk(first, second, owner=owner, due_on=CUTOFF, note="分担") == 1
    second.refresh_from_db()
    assert (second.owner, second.due_on) == (owner, CUTOFF)
    entries = ExceptionEntry.objects.filter(exception=second).order_by("pk").values_list("step", "note")
    assert list(entries) == [("comment", "一斉に照会"), ("assigned", "分担"), ("due", "分担")]


def test_bulk_work_asks_for_the_same_permissions(exception: DeliveryException) -> None:
    assert refusal_of(lambda: in_bulk(exception)) == "nothing_to_do"
    with pytest.raises(PermissionDenied):
        in_bulk(exception, note="x", by=staff(Role.INQUIRY))
    with pytest.raises(PermissionDenied):
        in_bulk(exception, owner=staff(Role.INQUIRY))
    DeliveryException.objects.update(code="nondisclosure")
    with pytest.raises(PermissionDenied):
        in_bulk(exception, note="x")
    with pytest.raises(PermissionDenied):
        in_bulk(exception, owner=clerk(), by=supervisor())
    assert in_bulk(exception, note="x", by=supervisor()) == 1
