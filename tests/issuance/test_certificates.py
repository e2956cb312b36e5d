from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from backoffice.models import Transition
from backoffice.refusal import Refused
from issuance.models import Campaign, Certificate, InsuredPerson
from issuance.services import issue_certificates, reissue_certificates, void_certificates
from issuance.states import VoidCause
from japan.piece_number import CARD_SHIFT, piece_number, running_number
from tests.factories.backoffice import MORNING, UserFactory
from tests.factories.issuance import (
    CampaignFactory,
    ExpiryPolicyFactory,
    InsuredPersonFactory,
    LossImportFactory,
    SelectionFactory,
    household_of_targets,
)

pytestmark = pytest.mark.django_db
LATER = MORNING + timedelta(days=30)


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create(ordinal=7)


def order() -> list[InsuredPerson]:
    return [
        c.person
        for c in Certificate.objects.filter(state="live").order_by("ordinal").select_related("person")
    ]


def lose(person: InsuredPerson) -> None:
    person.later_lost_on = date(2025, 8, 1)
    person.later_loss_source = LossImportFactory.create(campaign=person.household.campaign)
    person.save()


def void(*people: InsuredPerson, cause: VoidCause = VoidCause.RETURNED) -> int:
    mine = Certificate.objects.filter(person__in=people)
    return void_certificates(certificates=mine, cause=cause, at=LATER, by=None)


def test_every_target_gets_one_certificate(campaign: Campaign) -> None:
    targets = household_of_targets(3, campaign=campaign)
    for columns in ({"held": True}, {"excluded": True}):
        SelectionFactory.create(person__household__campaign=campaign, **columns)
    InsuredPersonFactory.create(household__campaign=campaign)
    household_of_targets(1)
    assert issue_certificates(campaign=campaign, at=MORNING) == 3
    assert order() == targets
    values = Certificate.objects.order_by("ordinal").values_list(
        "campaign",
        "ordinal",
        "serial",
        "issued_on",
        "expires_on",
        "reissue_of",
        "created_at",
        "state",
        "void_cause",
    )
    assert list(values) == [
        (
            campaign.pk,
            n,
            "C" + piece_number(running_number(7, n), shift=CARD_SHIFT),
            date(2025, 7, 18),
            date(2029, 11, 30),
            None,
            MORNING,
            "live",
            "",
        )
        for n in (1, 2, 3)
    ]


def test_a_second_run_issues_to_newcomers_only(campaign: Campaign) -> None:
    first = household_of_targets(1, campaign=campaign)
    issue_certificates(campaign=campaign, at=MORNING)
    assert issue_certificates(campaign=campaign, at=LATER) == 0
    second = household_of_targets(2, campaign=campaign)
    assert issue_certificates(campaign=campaign, at=LATER) == 2
    assert order() == [*first, *second]
    assert list(Certificate.objects.order_by("ordinal").values_list("ordinal", flat=True)) == [1, 2, 3]


def test_ordinals_follow_branch_postal_code_of_the_insured_household_and_edaban(campaign: Campaign) -> None:
    osaka = household_of_targets(1, campaign=campaign, branch__code="27")
    late = household_of_targets(2, campaign=campaign, symbol="21000002", number="9")
    early = household_of_targets(2, campaign=campaign, symbol="21000003", number="1")
    same = household_of_targets(1, campaign=campaign, symbol="21000001", number="5")
    InsuredPerson.objects.filter(pk=early[0].pk).update(postal_code="0010001")
    InsuredPerson.objects.filter(pk__in=[late[1].pk, osaka[0].pk]).update(postal_code="0000001")
    assert issue_certificates(campaign=campaign, at=MORNING) == 6
    assert order() == [*early, *same, *late, *osaka]


@pytest.mark.parametrize("column", ["lost_on", "later_lost_on"])
def test_who_has_lost_it_gets_none(campaign: Campaign, column: str) -> None:
    gone, here = household_of_targets(2, campaign=campaign)
    if column == "lost_on":
        InsuredPerson.objects.filter(pk=gone.pk).update(lost_on=date(2025, 7, 1))
    else:
        lose(gone)
    issue_certificates(campaign=campaign, at=MORNING)
    assert order() == [here]


def test_expiry_is_capped_by_age_the_insureds_age_and_the_end_of_voluntary(campaign: Campaign) -> None:
    old, child = household_of_targets(2, campaign=campaign)
    InsuredPerson.objects.filter(pk=old.pk).update(birth_date=date(1952, 2, 29))
    voluntary = household_of_targets(1, campaign=campaign, voluntary=True)[0]
    plain = household_of_targets(1, campaign=campaign)[0]
    issue_certificates(campaign=campaign, at=MORNING)
    assert dict(Certificate.objects.values_list("person", "expires_on")) == {
        old.pk: date(2027, 2, 28),
        child.pk: date(2027, 2, 28),
        voluntary.pk: date(2026, 6, 30),
        plain.pk: date(2029, 11, 30),
    }


def test_of_two_policies_for_a_day_the_first_window_counts(campaign: Campaign) -> None:
    ExpiryPolicyFactory.create(campaign=campaign, window_start=date(2025, 1, 1), expires_on=date(2028, 1, 1))
    household_of_targets(1, campaign=campaign)
    assert issue_certificates(campaign=campaign, at=MORNING) == 1
    assert Certificate.objects.get().expires_on == date(2029, 11, 30)


def test_a_day_of_issue_without_policy_is_refused(campaign: Campaign) -> None:
    household_of_targets(1, campaign=campaign)
    Campaign.objects.filter(pk=campaign.pk).update(issued_on=date(2025, 12, 2))
    with pytest.raises(Refused) as refusal:
        issue_certificates(campaign=campaign, at=MORNING)
    assert refusal.value.code == "no_expiry_policy"
    with pytest.raises(Refused):
        reissue_certificates(campaign=campaign, certificates=Certificate.objects.all(), at=MORNING)
    assert Certificate.objects.count() == 0


def test_void_takes_live_ones_and_writes_their_history(campaign: Campaign) -> None:
    people = household_of_targets(2, campaign=campaign)
    issue_certificates(campaign=campaign, at=MORNING)
    by, run = UserFactory.create(), uuid4()
    mine = Certificate.objects.filter(person=people[0])
    assert void_certificates(certificates=mine, cause=VoidCause.COLLECTED, at=LATER, by=by, run=run) == 1
    assert (
        void_certificates(certificates=Certificate.objects.all(), cause=VoidCause.LOST, at=LATER, by=None)
        == 1
    )
    values = Certificate.objects.order_by("ordinal").values_list("state", "void_cause", "voided_at")
    assert list(values) == [("void", "collected", LATER), ("void", "lost", LATER)]
    moves = Transition.objects.order_by("subject_id").values_list(
        "from_state", "to_state", "by", "run", "reason"
    )
    assert list(moves) == [("live", "void", by.pk, run, "collected"), ("live", "void", None, None, "lost")]


@pytest.mark.parametrize("cause", VoidCause)
def test_issue_makes_another_one_only_after_a_pull(campaign: Campaign, cause: VoidCause) -> None:
    person = household_of_targets(1, campaign=campaign)[0]
    issue_certificates(campaign=campaign, at=MORNING)
    void(person, cause=cause)
    assert issue_certificates(campaign=campaign, at=LATER) == (1 if cause is VoidCause.PULLED else 0)


def test_reissue_makes_new_ones_for_the_void_ones_of_those_still_eligible(campaign: Campaign) -> None:
    returned, gone, live = household_of_targets(3, campaign=campaign)
    issue_certificates(campaign=campaign, at=MORNING)
    old = Certificate.objects.get(person=returned)
    void(returned, gone)
    lose(gone)
    every = Certificate.objects.filter(campaign=campaign)
    assert reissue_certificates(campaign=campaign, certificates=every, at=LATER) == 1
    assert reissue_certificates(campaign=campaign, certificates=every, at=LATER) == 0
    new = Certificate.objects.get(person=returned, state="live")
    assert (new.reissue_of, new.ordinal, new.created_at, new.issued_on) == (old, 4, LATER, old.issued_on)
    assert new.serial not in {c.serial for c in every.exclude(pk=new.pk)}
    assert sorted(order(), key=lambda person: person.pk) == [returned, live]


def test_reissue_of_an_older_one_makes_none(campaign: Campaign) -> None:
    person = household_of_targets(1, campaign=campaign)[0]
    issue_certificates(campaign=campaign, at=MORNING)
    first = Certificate.objects.filter(pk=Certificate.objects.get().pk)
    void(person)
    reissue_certificates(campaign=campaign, certificates=first, at=LATER)
    void(person)
    assert reissue_certificates(campaign=campaign, certificates=first, at=LATER) == 0


@pytest.mark.parametrize(("keep", "expected"), [(True, date(2025, 7, 18)), (False, date(2025, 9, 20))])
def test_the_day_of_issue_is_kept_or_renewed_as_the_campaign_says(
    campaign: Campaign, keep: bool, expected: date
) -> None:
    person = household_of_targets(1, campaign=campaign)[0]
    issue_certificates(campaign=campaign, at=MORNING)
    void(person)
    Campaign.objects.filter(pk=campaign.pk).update(keep_issued_on=keep, issued_on=date(2025, 9, 20))
    reissue_certificates(campaign=campaign, certificates=Certificate.objects.all(), at=LATER)
    assert Certificate.objects.get(state="live").issued_on == expected
