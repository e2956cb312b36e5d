from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.refusal import Refused
from backoffice.roles import Role
from issuance.models import Certificate
from mailing.models import Envelope
from returns.models import CollectedCard, DeliveryException, ReturnEvent
from returns.services import assign_exception, collect_card, deliver_after_all, reroute, resolve_exception
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
from tests.factories.returns import CUTOFF, come_back, desk, post_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def exception(db: None) -> DeliveryException:
    campaign = a_campaign()
    a_household(campaign, "00")
    come_back(post_all(campaign)[0])
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    return DeliveryException.objects.get()


def resolve(exception: DeliveryException, resolution: str = "handed_over", **changes: object) -> None:
    values = {"note": "支部で手渡し", "at": MORNING, "by": clerk(), **changes}
    resolve_exception(exception=exception, resolution=resolution, **values)  # type: ignore[arg-type]


def test_an_exception_has_a_due_date_and_can_be_taken(exception: DeliveryException) -> None:
    person = clerk()
    assign_exception(exception=exception, owner=person, by=person)
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
        assign_exception(exception=exception, owner=clerk(), by=clerk())


def test_an_unknown_outcome_is_refused(exception: DeliveryException) -> None:
    with pytest.raises(Refused, match="結果"):
        resolve(exception, "forgotten")


def test_a_nondisclosure_case_needs_its_own_permission(exception: DeliveryException) -> None:
    DeliveryException.objects.update(code="nondisclosure")
    exception.refresh_from_db()
    with pytest.raises(PermissionDenied):
        resolve(exception)
    with pytest.raises(PermissionDenied):
        assign_exception(exception=exception, owner=clerk(), by=supervisor())
    with pytest.raises(PermissionDenied):
        deliver_after_all(event=exception.event, note="", at=MORNING, by=clerk())
    resolve(exception, by=supervisor())
    exception.refresh_from_db()
    assert exception.state == "resolved"


def test_readers_may_not_work_on_exceptions(exception: DeliveryException) -> None:
    with pytest.raises(PermissionDenied):
        resolve(exception, by=staff(Role.INQUIRY))
    with pytest.raises(PermissionDenied):
        assign_exception(exception=exception, owner=staff(Role.INQUIRY), by=clerk())


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


def test_after_the_cycle_it_names_the_envelope_whose_cards_are_valid() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer())
    event = come_back(post_all(campaign)[0])
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    newer = Envelope.objects.get(kind="employer")
    with pytest.raises(Refused, match=newer.piece_no):
        deliver_after_all(event=ReturnEvent.objects.get(pk=event.pk), note="", at=MORNING, by=clerk())


@pytest.mark.parametrize("lost", [True, False])
def test_a_collected_card_is_void_and_no_undelivered_mail(*, lost: bool) -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00")
    post_all(campaign)
    card = Certificate.objects.get()
    if lost:
        lose(household.people.get())
    found = collect_card(
        campaign=campaign,
        serial=card.serial.lower(),
        reason="lost",
        collected_on=CUTOFF,
        at=MORNING,
        by=desk(),
    )
    card.refresh_from_db()
    assert (found.loss_on_file, card.state, card.void_cause) == (lost, "void", "collected")
    assert ReturnEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("serial", "reason", "code"),
    [
        ("C000000000000", "lost", "unknown_card"),
        ("C12", "lost", "misread"),
        ("C000000000000", "bored", "unknown_reason"),
    ],
)
def test_cards_that_cannot_be_collected_are_refused(serial: str, reason: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        collect_card(
            campaign=a_campaign(), serial=serial, reason=reason, collected_on=CUTOFF, at=MORNING, by=desk()
        )
    assert (refusal.value.code, CollectedCard.objects.count()) == (code, 0)


def test_a_card_is_collected_once() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    post_all(campaign)
    values: dict[str, Any] = {
        "serial": Certificate.objects.get().serial,
        "reason": "other",
        "collected_on": CUTOFF,
        "at": MORNING,
    }
    collect_card(campaign=campaign, by=desk(), **values)
    with pytest.raises(Refused, match="すでに返納"):
        collect_card(campaign=campaign, by=desk(), **values)
    assert CollectedCard.objects.count() == 1
