"""An exceptional envelope goes to a corrected address: two people, one new envelope, no second live card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from backoffice.refusal import Refused
from backoffice.roles import Role
from issuance.models import Certificate
from mailing.models import Envelope
from mailing.services import Address, plan_batches
from returns.models import AddressCorrection, DeliveryException, ExceptionEntry
from returns.queries import check_integrity
from returns.services import (
    assign_exception,
    confirm_resend,
    deliver_after_all,
    propose_resend,
    reroute,
    resolve_exception,
    withdraw_resend,
)
from tests.factories.mailing import MORNING, a_campaign, a_household, clerk, lose, staff
from tests.factories.returns import CUTOFF, come_back, live_edabans, post_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from issuance.models import Campaign

pytestmark = pytest.mark.django_db
NEW = Address("5300001", "大阪府大阪市北区梅田１丁目", "梅田ビル３０１")


def an_exception(*edabans: str, **columns: Any) -> DeliveryException:
    campaign = a_campaign()
    a_household(campaign, *edabans or ("00", "01"), **columns)
    come_back(post_all(campaign)[0])
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    return DeliveryException.objects.get()


@pytest.fixture
def exception(db: None) -> DeliveryException:
    return an_exception()


def proposed(exception: DeliveryException, **changes: Any) -> AddressCorrection:
    given: dict[str, Any] = {"to": NEW, "note": "支部から電話で確認", "at": MORNING, "by": clerk()} | changes
    return propose_resend(exception=exception, **given)


def breaches(campaign: Campaign) -> list[str]:
    """Of every invariant but the first: these people came out of no file."""
    return [found.name for found in check_integrity(campaign) if found.breaches and found.number > 1]


def refusal_of(work: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        work()
    return refusal.value.code


def test_two_people_send_it_to_the_corrected_address(exception: DeliveryException) -> None:
    old = Envelope.objects.get()
    envelope = confirm_resend(correction=proposed(exception), at=MORNING, by=clerk())
    assert (envelope.kind, envelope.state, envelope.parent, envelope.cycle_no) == (
        "personal",
        "planned",
        old,
        1,
    )
    assert (envelope.postal_code, envelope.address1, envelope.address2) == (
        NEW.postal_code,
        NEW.address1,
        NEW.address2,
    )
    assert (envelope.addressee, envelope.seq, envelope.of) == (old.addressee, 1, 1)
    assert live_edabans(envelope) == ["00", "01"]
    assert live_edabans(old) == []
    assert set(Certificate.objects.filter(state="void").values_list("void_cause", flat=True)) == {"returned"}
    exception.refresh_from_db()
    assert (exception.state, exception.resolution) == ("resolved", "sent_again")


def test_nothing_in_the_tables_contradicts_it_and_it_goes_into_a_batch(exception: DeliveryException) -> None:
    envelope = confirm_resend(correction=proposed(exception), at=MORNING, by=clerk())
    assert breaches(envelope.campaign) == []
    assert plan_batches(campaign=envelope.campaign, max_envelopes=None, at=MORNING, by=None) == 1
    envelope.refresh_from_db()
    assert envelope.batch is not None
    assert envelope.batch.kind == "personal"


def test_an_envelope_that_was_sent_again_may_come_back_and_go_again(exception: DeliveryException) -> None:
    confirm_resend(correction=proposed(exception), at=MORNING, by=clerk())
    again = post_all(Envelope.objects.all()[0].campaign)[-1]
    come_back(again)
    reroute(campaign=again.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    second = DeliveryException.objects.get(state="open")
    third = confirm_resend(correction=proposed(second), at=MORNING, by=clerk())
    assert (third.parent, third.cycle_no) == (again, 2)
    assert Certificate.objects.filter(state="live").count() == 2
    assert breaches(again.campaign) == []


def test_who_proposed_does_not_confirm(exception: DeliveryException) -> None:
    one = clerk()
    correction = proposed(exception, by=one)
    assert refusal_of(lambda: confirm_resend(correction=correction, at=MORNING, by=one)) == "same_person"
    assert Envelope.objects.count() == 1
    with pytest.raises(IntegrityError, match="correction_is_sent_by_another_person"), transaction.atomic():
        AddressCorrection.objects.update(
            outcome="sent", decided_at=MORNING, decided_by=one, envelope=Envelope.objects.get()
        )


def test_those_who_lost_their_eligibility_are_not_sent_to(exception: DeliveryException) -> None:
    correction = proposed(exception)
    old = Envelope.objects.get()
    assert old.household is not None
    lose(old.household.people.get(edaban="01"))
    envelope = confirm_resend(correction=correction, at=MORNING, by=clerk())
    assert live_edabans(envelope) == ["00"]
    assert set(Certificate.objects.filter(state="void").values_list("void_cause", flat=True)) == {
        "returned",
        "lost",
    }


def test_with_nobody_left_nothing_changes(exception: DeliveryException) -> None:
    correction = proposed(exception)
    old = Envelope.objects.get()
    assert old.household is not None
    lose(*old.household.people.all())
    assert (
        refusal_of(lambda: confirm_resend(correction=correction, at=MORNING, by=clerk()))
        == "nobody_to_send_to"
    )
    assert (Envelope.objects.count(), Certificate.objects.filter(state="live").count()) == (1, 2)


def test_a_household_that_became_nondisclosed_is_not_sent_to(exception: DeliveryException) -> None:
    correction = proposed(exception)
    old = Envelope.objects.get()
    assert old.household is not None
    old.household.people.filter(edaban="01").update(nondisclosure=True)
    assert (
        refusal_of(lambda: confirm_resend(correction=correction, at=MORNING, by=clerk()))
        == "nobody_to_send_to"
    )


def test_one_correction_waits_at_a_time_and_can_be_taken_back(exception: DeliveryException) -> None:
    first = proposed(exception)
    assert refusal_of(lambda: proposed(exception)) == "already_proposed"
    withdraw_resend(correction=first, at=MORNING, by=clerk())
    assert refusal_of(lambda: withdraw_resend(correction=first, at=MORNING, by=clerk())) == "already_decided"
    assert refusal_of(lambda: confirm_resend(correction=first, at=MORNING, by=clerk())) == "already_decided"
    assert Envelope.objects.count() == 1
    proposed(exception)
    steps = ExceptionEntry.objects.order_by("pk").values_list("step", flat=True)
    assert list(steps) == ["proposed", "withdrawn", "proposed"]


def test_a_second_confirmation_comes_too_late(exception: DeliveryException) -> None:
    correction = proposed(exception)
    confirm_resend(correction=correction, at=MORNING, by=clerk())
    assert (
        refusal_of(lambda: confirm_resend(correction=correction, at=MORNING, by=clerk()))
        == "already_resolved"
    )
    assert Envelope.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": Address("530", "大阪府大阪市")}, "bad_address"),
        ({"to": Address("5300001", "梅田１丁目")}, "bad_address"),
        ({"note": "  "}, "note_missing"),
    ],
)
def test_an_incomplete_proposal_is_refused(
    exception: DeliveryException, changes: dict[str, Any], code: str
) -> None:
    assert refusal_of(lambda: proposed(exception, **changes)) == code
    assert not AddressCorrection.objects.exists()


def test_what_somebody_else_works_on_is_for_them(exception: DeliveryException) -> None:
    owner = clerk()
    assign_exception(exception=exception, owner=owner, at=MORNING, by=owner)
    assert refusal_of(lambda: proposed(exception)) == "owned_by_other"
    proposed(exception, by=owner)
    with pytest.raises(PermissionDenied):
        proposed(exception, by=staff(Role.AUDITOR))


def test_delivered_after_all_then_says_which_card_is_valid(exception: DeliveryException) -> None:
    envelope = confirm_resend(correction=proposed(exception), at=MORNING, by=clerk())
    with pytest.raises(Refused, match=envelope.piece_no) as refused:
        deliver_after_all(event=exception.event, note="届いていた", at=MORNING, by=clerk())
    assert refused.value.code == "rerouted_already"


def test_nobody_chooses_this_end_by_hand(exception: DeliveryException) -> None:
    assert (
        refusal_of(
            lambda: resolve_exception(
                exception=exception, resolution="sent_again", note="x", at=MORNING, by=clerk()
            )
        )
        == "unknown_resolution"
    )


def test_a_nondisclosed_household_is_handled_by_permitted_people_alone(db: None) -> None:
    exception = an_exception("00")
    DeliveryException.objects.update(code="nondisclosure")
    exception.refresh_from_db()
    supervisor = staff(Role.SUPERVISOR)
    assert refusal_of(lambda: proposed(exception, by=supervisor)) == "nondisclosure"
    with pytest.raises(PermissionDenied):
        proposed(exception)
