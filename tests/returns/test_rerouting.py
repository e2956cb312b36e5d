from __future__ import annotations

from itertools import product
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.models import Transition
from backoffice.refusal import Refused
from backoffice.roles import Role
from employers.models import Employer
from issuance.models import Campaign, Certificate
from issuance.states import Outcome
from mailing.models import Envelope, PrintBatch
from mailing.services import mark_returned, pack_envelopes, reroute_envelopes
from returns.eligibility import ReturnFacts, exception_code
from returns.models import DeliveryException, RerouteCycle, ReturnEvent
from returns.queries import RerouteCounts
from returns.services import reroute
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    a_person,
    an_employer,
    lose,
    select,
    staff,
)
from tests.factories.returns import CUTOFF, RETURNED_ON, come_back, counted_lines, live_edabans, post_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


def run(campaign: Campaign, **changes: object) -> RerouteCounts:
    values = {"cutoff": CUTOFF, "max_envelopes": None, "at": MORNING, "by": None, **changes}
    return reroute(campaign=campaign, **values)  # type: ignore[arg-type]


def test_a_returned_envelope_is_re_made_for_the_employer_as_it_is_now(campaign: Campaign) -> None:
    employer = an_employer()
    a_household(campaign, "00", "01", employer=employer)
    parent = post_all(campaign)[0]
    come_back(parent)
    Employer.objects.filter(pk=employer.pk).update(
        address1="大阪府大阪市北区梅田1-1-1", postal_code="5300001"
    )
    assert run(campaign) == RerouteCounts(1, 0, 1)
    parent.refresh_from_db()
    made = Envelope.objects.get(kind="employer")
    assert (parent.state, made.parent, made.seq, made.of, made.cycle_no) == ("rerouted", parent, 1, 1, 1)
    assert (made.addressee, made.address1, made.postal_code) == (
        employer.name,
        "大阪府大阪市北区梅田1-1-1",
        "5300001",
    )
    assert (live_edabans(parent), live_edabans(made)) == ([], ["00", "01"])
    assert set(Certificate.objects.filter(state="void").values_list("void_cause", flat=True)) == {"returned"}
    assert PrintBatch.objects.get().kind == "employer"
    assert set(ReturnEvent.objects.values_list("state", "cycle__number")) == {("rerouted", 1)}


def test_only_those_still_eligible_are_re_made(campaign: Campaign) -> None:
    household = a_household(campaign, "00", "01", "02", employer=an_employer())
    parent = post_all(campaign)[0]
    come_back(parent)
    lose(household.people.get(edaban="01"))
    run(campaign)
    assert live_edabans(Envelope.objects.get(kind="employer")) == ["00", "02"]
    causes = parent.cards.order_by("position").values_list("certificate__void_cause", flat=True)
    assert list(causes) == ["returned", "lost", "returned"]


def test_a_second_run_with_the_same_cutoff_changes_nothing(campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    come_back(post_all(campaign)[0])
    run(campaign)
    before = (Envelope.objects.count(), Certificate.objects.count(), Transition.objects.count())
    assert run(campaign) == RerouteCounts(0, 0, 0)
    assert (Envelope.objects.count(), Certificate.objects.count(), Transition.objects.count()) == before
    assert RerouteCycle.objects.count() == 1


@pytest.mark.parametrize("least_rows", [1, 50_000])
def test_what_waited_for_a_batch_is_cut_along_with_what_is_made(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch, least_rows: int
) -> None:
    for module in (
        "backoffice.file_intake.heavy_load",
        "issuance.sql.certificates",
        "mailing.sql.packing",
        "mailing.sql.planning",
    ):
        monkeypatch.setattr(f"{module}.LEAST_ROWS", least_rows)
    for postal_code in ("1640003", "1640001", "1640002"):
        a_household(campaign, "00", employer=an_employer(postal_code=postal_code))
    *coming, waiting = post_all(campaign)
    for envelope in coming:
        come_back(envelope)
    alone = Envelope.objects.filter(pk=waiting.pk)
    mark_returned(envelopes=alone, at=MORNING, by=None)
    reroute_envelopes(campaign=campaign, envelopes=alone, cycle_no=1, run=uuid4(), at=MORNING, by=None)
    a_household(campaign, "00", postal_code="1640009")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    assert run(campaign, max_envelopes=2) == RerouteCounts(2, 0, 2)
    placed = Envelope.objects.exclude(batch=None).order_by("batch__number", "position")
    assert list(placed.values_list("batch__number", "position", "postal_code")) == [
        ("R7-13-E001", 1, "1640001"),
        ("R7-13-E001", 2, "1640002"),
        ("R7-13-E002", 1, "1640003"),
        ("R7-13-P001", 1, "1640009"),
    ]
    assert list(PrintBatch.objects.order_by("pk").values_list("number", "envelope_count", "card_count")) == [
        ("R7-13-E001", 2, 2),
        ("R7-13-E002", 1, 1),
        ("R7-13-P001", 1, 1),
    ]


def test_what_waited_for_a_batch_is_cut_although_nothing_is_made(campaign: Campaign) -> None:
    a_household(campaign, "00")
    come_back(post_all(campaign)[0])
    a_household(campaign, "00")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    assert run(campaign) == RerouteCounts(0, 1, 0)
    assert PrintBatch.objects.get().envelope_count == 1


@pytest.mark.parametrize("limit", [0, 10_001])
def test_an_impossible_size_of_a_batch_is_refused(campaign: Campaign, limit: int) -> None:
    a_household(campaign, "00", employer=an_employer())
    come_back(post_all(campaign)[0])
    with pytest.raises(Refused) as refused:
        run(campaign, max_envelopes=limit)
    assert (refused.value.code, RerouteCycle.objects.count()) == ("max_envelopes", 0)


def test_returns_after_the_cutoff_wait_for_the_next_cycle(campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    come_back(post_all(campaign)[0])
    assert run(campaign, cutoff=RETURNED_ON.replace(day=2)) == RerouteCounts(0, 0, 0)
    assert RerouteCycle.objects.count() == 0
    assert run(campaign, cutoff=RETURNED_ON).rerouted == 1


def test_every_reason_not_to_reroute_opens_its_exception(campaign: Campaign) -> None:
    employer = an_employer()
    voluntary = a_household(campaign, "00")
    voluntary.people.update(insured_kind="2", voluntary_end=CUTOFF)
    closed = a_household(campaign, "00", employer=an_employer(status="2", ended_on=CUTOFF))
    leaver = a_household(campaign, "00", employer=employer)
    refused = a_household(campaign, "00", employer=employer)
    hidden = a_household(campaign, "00", "01", employer=employer)
    nobody = a_household(campaign, "00")
    reasons = {refused.pk: "refused"}
    for envelope in post_all(campaign):
        come_back(envelope, reasons.get(envelope.household_id or 0, "moved"))
    lose(*leaver.people.all())
    hidden.people.filter(edaban="01").update(nondisclosure=True)
    assert run(campaign) == RerouteCounts(0, 6, 0)
    found = DeliveryException.objects.values_list("event__envelope__household", "code")
    assert dict(found) == {
        voluntary.pk: "voluntary",
        closed.pk: "employer_closed",
        leaver.pk: "lost",
        refused.pk: "refused",
        hidden.pk: "nondisclosure",
        nobody.pk: "no_employer",
    }
    assert set(Envelope.objects.values_list("state", flat=True)) == {"exception"}


def test_an_employers_own_envelope_that_comes_back_is_an_exception(campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    come_back(post_all(campaign)[0])
    run(campaign)
    come_back(post_all(campaign)[1])
    assert run(campaign) == RerouteCounts(0, 1, 0)
    assert DeliveryException.objects.get().code == "employer_returned"


def test_two_returned_envelopes_of_a_household_are_counted_one_and_two_of_two(campaign: Campaign) -> None:
    a_household(campaign, *(f"{n:02d}" for n in range(9)), employer=an_employer())
    first, second, _third = post_all(campaign)
    come_back(first)
    come_back(second)
    assert run(campaign) == RerouteCounts(2, 0, 1)
    made = Envelope.objects.filter(kind="employer").order_by("seq")
    assert list(made.values_list("seq", "of", "parent")) == [(1, 2, first.pk), (2, 2, second.pk)]


def test_the_preview_counts_what_the_run_then_does(campaign: Campaign) -> None:
    a_household(campaign, "00", employer=an_employer())
    a_household(campaign, "00")
    for envelope in post_all(campaign):
        come_back(envelope)
    lines = counted_lines(campaign)
    assert [(line.branch_id, line.code, line.envelopes, line.employers) for line in lines] == [
        ("13", "", 1, 1),
        ("13", "no_employer", 1, 0),
    ]
    assert run(campaign) == RerouteCounts(1, 1, 1)


def test_only_a_supervisor_may_reroute(campaign: Campaign) -> None:
    with pytest.raises(PermissionDenied):
        run(campaign, by=staff(Role.CLERK))


@pytest.mark.parametrize(
    ("kind", "status", "all_lost"), list(product(["1", "2"], ["", "1", "2"], [True, False]))
)
def test_the_statement_agrees_with_the_rule_in_python(
    campaign: Campaign, kind: str, status: str, *, all_lost: bool
) -> None:
    employer = an_employer(status=status, ended_on=CUTOFF if status == "2" else None) if status else None
    expected = {}
    for reason, hidden in product(["moved", "refused"], [True, False]):
        household = a_household(campaign, employer=employer, targets=False)
        person = household.people.get()
        household.people.update(insured_kind=kind, voluntary_end=CUTOFF if kind == "2" else None)
        select(person, Outcome.TARGET)
        a_person(household, "01", myna_usable=True)
        (envelope,) = [e for e in post_all(campaign) if e.household_id == household.pk]
        come_back(envelope, reason)
        household.people.filter(edaban="00").update(nondisclosure=hidden)
        person.refresh_from_db()
        if all_lost:
            lose(person)
        facts = ReturnFacts("personal", reason, kind, status, all_lost=all_lost, nondisclosure=hidden)
        expected[household.pk] = exception_code(facts)
    run(campaign)
    found = dict(DeliveryException.objects.values_list("event__envelope__household", "code"))
    assert {household: found.get(household, "") for household in expected} == expected


@pytest.mark.parametrize("kind", ["employer", "target_list"])
def test_an_employers_own_envelope_is_an_exception_whatever_else_is_true(kind: str) -> None:
    facts = ReturnFacts(kind, "refused", "2", "2", all_lost=True, nondisclosure=True)
    assert exception_code(facts) == "employer_returned"
