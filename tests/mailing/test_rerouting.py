from __future__ import annotations

from uuid import UUID

import pytest

from backoffice.models import Transition
from backoffice.refusal import Refused
from employers.models import Employer
from issuance.models import Campaign, Certificate, InsuredPerson, Selection
from mailing.models import Envelope
from mailing.services import (
    mark_delivered_after_all,
    mark_exception,
    mark_returned,
    plan_batches,
    reroute_envelopes,
    unmark_returned,
)
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer, lose, pack_and_plan, post

pytestmark = pytest.mark.django_db
RUN = UUID(int=7)


def returned_mail(campaign: Campaign) -> list[Envelope]:
    """Everything packed, posted and come back."""
    post(pack_and_plan(campaign))
    mark_returned(envelopes=Envelope.objects.all(), at=MORNING, by=None)
    return list(Envelope.objects.order_by("seq", "pk"))


def reroute(campaign: Campaign, *envelopes: Envelope) -> int:
    given = Envelope.objects.filter(pk__in=[envelope.pk for envelope in envelopes])
    return reroute_envelopes(campaign=campaign, envelopes=given, cycle_no=1, run=RUN, at=MORNING, by=None)


def test_reroute_envelopes_makes_one_employer_envelope_from_each_returned_one() -> None:
    campaign = a_campaign()
    employer = an_employer(contact="総務部")
    household = a_household(campaign, "00", "01", "02", "03", "04", employer=employer)
    first, second = returned_mail(campaign)
    Employer.objects.update(
        name="改称株式会社", postal_code="1050004", address1="東京都港区新橋１", address2="２階"
    )
    assert reroute(campaign, first, second) == 2
    made = list(Envelope.objects.filter(kind="employer").order_by("seq"))
    assert [(e.parent, e.seq, e.of, e.cycle_no, e.card_count) for e in made] == [
        (first, 1, 2, 1, 4),
        (second, 2, 2, 1, 1),
    ]
    assert (made[0].addressee, made[0].postal_code, made[0].address1, made[0].address2, made[0].contact) == (
        "改称株式会社",
        "1050004",
        "東京都港区新橋１",
        "２階",
        "総務部",
    )
    assert (made[0].household, made[0].employer, made[0].state) == (household, employer, "planned")
    first.refresh_from_db()
    assert first.state == "rerouted"
    assert set(first.cards.values_list("certificate__state", "certificate__void_cause")) == {
        ("void", "returned")
    }
    assert Certificate.objects.filter(state="live", reissue_of__isnull=False).count() == 5
    assert Transition.objects.filter(entity="mailing.envelope", run=RUN, to_state="rerouted").count() == 2
    assert plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None) == 1


def test_reroute_envelopes_counts_only_what_came_back() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", "01", "02", "03", "04", employer=an_employer())
    _first, second = returned_mail(campaign)
    assert reroute(campaign, second) == 1
    made = Envelope.objects.get(kind="employer")
    assert (made.seq, made.of, made.parent) == (1, 1, second)


def test_reroute_envelopes_leaves_out_people_who_have_lost_eligibility() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00", "01", employer=an_employer())
    (envelope,) = returned_mail(campaign)
    lose(InsuredPerson.objects.get(household=household, edaban="01"))
    assert reroute(campaign, envelope) == 1
    made = Envelope.objects.get(kind="employer")
    assert list(made.cards.values_list("certificate__person__edaban", flat=True)) == ["00"]
    causes = envelope.cards.order_by("position").values_list("certificate__void_cause", flat=True)
    assert list(causes) == ["returned", "lost"]


def test_reroute_envelopes_of_nothing_makes_nothing() -> None:
    assert reroute(a_campaign()) == 0


@pytest.mark.parametrize(
    "obstacle", ["no_employer", "ended", "lost", "held_insured", "held", "held_outcome", "posted"]
)
def test_reroute_envelopes_refuses_what_must_not_go_to_an_employer(obstacle: str) -> None:
    campaign = a_campaign()
    household = a_household(
        campaign, "00", "01", employer=None if obstacle == "no_employer" else an_employer()
    )
    (envelope,) = returned_mail(campaign)
    people = InsuredPerson.objects.filter(household=household)
    if obstacle == "ended":
        Employer.objects.update(status=Employer.Status.ENDED, ended_on="2025-07-01")
    elif obstacle == "lost":
        lose(*people)
    elif obstacle == "held_insured":
        people.filter(relation="1").update(nondisclosure=True)
    elif obstacle == "held":
        people.filter(relation="2").update(nondisclosure=True)
    elif obstacle == "held_outcome":
        Selection.objects.filter(person__edaban="01").update(outcome="held", reasons=["nondisclosure"])
    elif obstacle == "posted":
        unmark_returned(envelopes=Envelope.objects.all(), at=MORNING, by=None)
    before = list(Envelope.objects.values("pk", "state"))
    with pytest.raises(Refused) as refusal:
        reroute(campaign, envelope)
    assert refusal.value.code == "not_reroutable"
    assert list(Envelope.objects.values("pk", "state")) == before


def test_reroute_envelopes_refuses_an_envelope_of_another_campaign() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer())
    (envelope,) = returned_mail(campaign)
    with pytest.raises(Refused):
        reroute(a_campaign("R8"), envelope)


def test_marks_move_only_from_their_own_states() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    (envelope,) = returned_mail(campaign)
    everything = Envelope.objects.all()
    assert mark_returned(envelopes=everything, at=MORNING, by=None) == 0
    assert unmark_returned(envelopes=everything, at=MORNING, by=None) == 1
    assert mark_exception(envelopes=everything, at=MORNING, by=None) == 0
    assert mark_returned(envelopes=everything, at=MORNING, by=None, run=RUN) == 1
    assert mark_exception(envelopes=everything, at=MORNING, by=None, run=RUN) == 1
    assert mark_delivered_after_all(envelopes=everything, at=MORNING, by=None, run=RUN) == 1
    assert unmark_returned(envelopes=everything, at=MORNING, by=None) == 0
    moves = Transition.objects.filter(subject_id=envelope.pk, entity="mailing.envelope").order_by("pk")
    assert list(moves.values_list("to_state", flat=True))[-5:] == [
        "returned",
        "posted",
        "returned",
        "exception",
        "delivered_after_all",
    ]
