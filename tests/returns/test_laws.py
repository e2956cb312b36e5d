"""Laws of the returns side: whatever happens in whatever order, nothing ends nowhere and nobody has two live cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.db.models import Count
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backoffice.refusal import Refused
from issuance.models import Certificate, RosterImport
from issuance.services import void_certificates
from issuance.states import VoidCause
from mailing.models import Envelope
from mailing.services import Address
from returns.models import DeliveryException, RerouteHold, ReturnEvent, UnknownReturn
from returns.queries import check_integrity
from returns.services import (
    collect_card,
    confirm_resend,
    deliver_after_all,
    hold_return,
    lift_hold,
    propose_resend,
    record_return,
    reroute,
    resolve_exception,
    undo_return,
)
from returns.states import ExceptionCode, ReturnReason, UnknownKind
from returns.views.exceptions import NEXT_STEPS
from returns.views.unknown import NEXT_STEPS as UNKNOWN_STEPS
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer, clerk, lose, supervisor
from tests.factories.returns import CUTOFF, RETURNED_ON, counted_lines, desk, post_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from issuance.models import Campaign

STEPS = (
    "scan", "scan_refused", "scan_unknown", "undo", "lose", "collect", "deliver", "hold", "lift", "cycle", "resolve",
    "send", "scan_remade", "send_again",
)  # fmt: skip
# What chance alone seldom reaches: an employer's own envelope that comes back, somebody's second personal one that does.
FAR = (
    (),
    (("scan", 0), ("cycle", 0), ("send", 0), ("scan_remade", 0)),
    (("scan", 3), ("cycle", 0), ("send_again", 3), ("send", 0), ("scan_remade", 3)),
)
STORY = st.tuples(
    st.sampled_from(FAR), st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), max_size=14)
).map(lambda parts: [*parts[0], *parts[1]])


class Undo(Exception):
    """Rolls an example back."""


class Office:
    """Four posted envelopes of two employers' people and of somebody without one, and everybody who works on them."""

    def __init__(self) -> None:
        self.campaign: Campaign = a_campaign()
        employer = an_employer()
        a_household(self.campaign, "00", "01", employer=employer)
        a_household(self.campaign, "00", employer=employer)
        a_household(self.campaign, "00", employer=an_employer("27"), branch="27")
        a_household(self.campaign, "00")
        RosterImport.objects.filter(campaign=self.campaign).update(rows=5, accepted=5)
        self.pile = post_all(self.campaign)
        self.desk, self.clerk, self.supervisor = desk(), clerk(), supervisor()

    def take(self, step: str, place: int) -> None:
        """One step on one envelope; what the house refuses changes nothing."""
        try:
            with transaction.atomic():
                getattr(self, step)(self.pile[place])
        except Refused:
            pass

    def record(self, number: str, reason: str) -> None:
        record_return(
            campaign=self.campaign,
            scanned=number,
            reason=reason,
            returned_on=RETURNED_ON,
            at=MORNING,
            by=self.desk,
        )

    def scan(self, envelope: Envelope) -> None:
        self.record(envelope.piece_no, "moved")

    def scan_refused(self, envelope: Envelope) -> None:
        self.record(envelope.piece_no, "refused")

    def scan_unknown(self, _envelope: Envelope) -> None:
        self.record("000000000000", "moved")

    def undo(self, envelope: Envelope) -> None:
        self.each(envelope, lambda event: undo_return(event=event, at=MORNING, by=self.desk))

    def lose(self, envelope: Envelope) -> None:
        assert envelope.household is not None
        lose(*envelope.household.people.all())
        lost = Certificate.objects.filter(person__household=envelope.household)
        void_certificates(certificates=lost, cause=VoidCause.LOST, at=MORNING, by=None)

    def collect(self, envelope: Envelope) -> None:
        card = Certificate.objects.filter(person__household=envelope.household).order_by("pk")[0]
        values: dict[str, Any] = {"serial": card.serial, "reason": "lost", "collected_on": CUTOFF}
        collect_card(campaign=self.campaign, at=MORNING, by=self.desk, **values)

    def deliver(self, envelope: Envelope) -> None:
        self.each(
            envelope, lambda event: deliver_after_all(event=event, note="電話", at=MORNING, by=self.clerk)
        )

    def hold(self, envelope: Envelope) -> None:
        self.each(
            envelope, lambda event: hold_return(event=event, reason="確認中", at=MORNING, by=self.supervisor)
        )

    def lift(self, envelope: Envelope) -> None:
        for held in RerouteHold.objects.filter(event__envelope=envelope):
            lift_hold(hold=held, at=MORNING, by=self.supervisor)

    def cycle(self, _envelope: Envelope | None = None) -> None:
        reroute(campaign=self.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)

    def resolve(self, envelope: Envelope) -> None:
        for found in DeliveryException.objects.filter(event__envelope=envelope):
            values: dict[str, Any] = {"resolution": "handed_over", "note": "窓口"}
            resolve_exception(exception=found, at=MORNING, by=self.clerk, **values)

    def send(self, _envelope: Envelope) -> None:
        """What was made again goes to the post, too."""
        post_all(self.campaign)

    def scan_remade(self, envelope: Envelope) -> None:
        remade = Envelope.objects.filter(household=envelope.household_id).order_by("pk").last()
        assert remade is not None
        self.record(remade.piece_no, "moved")

    def send_again(self, envelope: Envelope) -> None:
        to = Address("5300001", "大阪府大阪市北区梅田１丁目")
        found = DeliveryException.objects.filter(event__envelope__household=envelope.household_id)
        for exception in found.order_by("pk"):
            made = propose_resend(exception=exception, to=to, note="電話", at=MORNING, by=self.clerk)
            confirm_resend(correction=made, at=MORNING, by=self.supervisor)

    def each(self, envelope: Envelope, work: Callable[[ReturnEvent], object]) -> None:
        for event in ReturnEvent.objects.filter(envelope=envelope, undone_at=None):
            work(event)


def without_next_step(campaign: Campaign) -> list[str]:
    """Standing returns that no cycle, no person and no end takes care of."""
    waiting = sum(line.envelopes for line in counted_lines(campaign))
    standing = ReturnEvent.objects.filter(undone_at=None)
    lost = [] if waiting == standing.filter(state="waiting").count() else ["waiting"]
    for event in standing.exclude(state="waiting").select_related("envelope", "exception"):
        ends = {
            "rerouted": Envelope.objects.filter(parent=event.envelope_id).count() == 1,
            "delivered_after_all": True,
            "exception": hasattr(event, "exception")
            and (
                event.exception.state == "resolved" or bool(NEXT_STEPS[ExceptionCode(event.exception.code)])
            ),
        }
        lost += [] if ends[event.state] else [f"{event.state} {event.pk}"]
    return lost


RULES = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.django_db
@RULES
@given(story=STORY)
def test_whatever_happens_every_return_has_a_next_step_and_nobody_two_live_cards(
    story: list[tuple[str, int]],
) -> None:
    with pytest.raises(Undo), transaction.atomic():  # noqa: PT012 - what was made is rolled back
        office = Office()
        for step, place in story:
            office.take(step, place)
        assert without_next_step(office.campaign) == []
        assert [found for found in check_integrity(office.campaign) if found.breaches] == []
        live = Certificate.objects.filter(state="live").values("person").annotate(cards=Count("pk"))
        assert live.filter(cards__gt=1).count() == 0
        raise Undo


@pytest.mark.django_db
@RULES
@given(story=STORY)
def test_two_cycles_with_the_same_cut_off_equal_one(story: list[tuple[str, int]]) -> None:
    with pytest.raises(Undo), transaction.atomic():  # noqa: PT012 - what was made is rolled back
        office = Office()
        for step, place in story:
            office.take(step, place)
        office.cycle()
        once = tables()
        office.cycle()
        assert tables() == once
        raise Undo


def tables() -> list[object]:
    """What the returns side knows of every envelope, whatever the rows' own numbers are."""
    events = ReturnEvent.objects.filter(undone_at=None).order_by("envelope__ordinal")
    unknown = UnknownReturn.objects.order_by("scanned_text")
    return [
        *events.values_list("envelope__ordinal", "reason", "returned_on", "state"),
        *unknown.values_list("scanned_text", "kind", "state"),
        *Envelope.objects.order_by("ordinal").values_list("ordinal", "kind", "state", "cycle_no"),
        *Certificate.objects.order_by("ordinal").values_list("ordinal", "state", "void_cause"),
    ]


PLACES = [0, 1, 2, 3, 4]


@pytest.mark.django_db
@RULES
@given(scans=st.permutations(PLACES * 2))
def test_repeated_and_reordered_scans_give_the_same_tables(scans: list[int]) -> None:
    with pytest.raises(Undo), transaction.atomic():  # noqa: PT012 - what was made is rolled back
        seen = []
        for order in (PLACES, scans):
            with pytest.raises(Undo), transaction.atomic():  # noqa: PT012 - the same
                office = Office()
                for place in order:
                    if place == 4:
                        office.take("scan_unknown", 0)
                    else:
                        office.record(office.pile[place].piece_no, ReturnReason.values[place])
                seen.append(tables())
                raise Undo
        assert seen[0] == seen[1]
        raise Undo


def test_every_kind_of_case_says_what_to_do_next() -> None:
    assert set(NEXT_STEPS) == set(ExceptionCode)
    assert set(UNKNOWN_STEPS) == set(UnknownKind)
    assert all(str(text) for text in [*NEXT_STEPS.values(), *UNKNOWN_STEPS.values()])
