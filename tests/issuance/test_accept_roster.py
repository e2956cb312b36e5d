"""取込の承認: nobody of a roster is judged before a second person has accepted it, where the campaign asks for one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from backoffice.refusal import Refused
from backoffice.roles import Role
from issuance.models import Campaign, Household, InsuredPerson, Reject, RosterImport, Selection
from issuance.services import accept_roster, import_insured, refuse_roster, select_targets
from returns.queries import check_integrity
from tests.factories.backoffice import MORNING, UserFactory
from tests.factories.issuance import CampaignFactory
from tests.issuance.roster_files import dependant, person, roster_file, take_in, take_in_employer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from backoffice.models import User

pytestmark = pytest.mark.django_db
LATER = datetime(2025, 7, 22, tzinfo=UTC)


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    made = CampaignFactory.create(accept_rosters=True)
    take_in_employer(tmp_path, made)
    return made


def supervisor() -> User:
    return UserFactory.create(roles=[Role.SUPERVISOR.value])


def brought(campaign: Campaign, path: Path, by: User | None = None) -> RosterImport:
    rows = [person(), dependant(), person(number="2"), person(number="3", birth_date="x")]
    return import_insured(
        campaign=campaign, path=roster_file(path, *rows, name="r.csv"), file_name="r.csv", at=MORNING, by=by
    )


def refusal_of(work: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        work()
    return refusal.value.code


def judged(campaign: Campaign) -> int:
    return select_targets(campaign=campaign, at=MORNING, by=None).fresh


def test_nobody_is_judged_before_it_is_accepted(campaign: Campaign, tmp_path: Path) -> None:
    roster = brought(campaign, tmp_path)
    assert (roster.decision, roster.accepted, judged(campaign)) == ("waiting", 3, 0)
    second = supervisor()
    accept_roster(roster=roster, by=second, at=LATER)
    roster.refresh_from_db()
    assert (roster.decision, roster.decided_by, roster.decided_at) == ("accepted", second, LATER)
    assert judged(campaign) == 3


def test_a_campaign_that_asks_for_nobody_judges_at_once(tmp_path: Path) -> None:
    campaign = CampaignFactory.create()
    take_in_employer(tmp_path, campaign)
    assert brought(campaign, tmp_path).decision == "accepted"
    assert judged(campaign) == 3


def test_who_brought_it_does_not_accept_it(campaign: Campaign, tmp_path: Path) -> None:
    one = UserFactory.create(roles=[Role.CLERK.value, Role.SUPERVISOR.value])
    roster = brought(campaign, tmp_path, by=one)
    assert refusal_of(lambda: accept_roster(roster=roster, by=one, at=LATER)) == "same_person"
    with pytest.raises(IntegrityError, match="roster_is_decided_by_another_person"), transaction.atomic():
        RosterImport.objects.update(decision="accepted", decided_by=one, decided_at=LATER)
    with pytest.raises(PermissionDenied):
        accept_roster(roster=roster, by=UserFactory.create(roles=[Role.CLERK.value]), at=LATER)


def test_a_refused_one_goes_with_its_people_and_keeps_its_counts(campaign: Campaign, tmp_path: Path) -> None:
    roster = brought(campaign, tmp_path)
    assert refuse_roster(roster=roster, reason="前月のファイル", by=supervisor(), at=LATER) == 3
    roster.refresh_from_db()
    assert (roster.decision, roster.decision_note, roster.accepted) == ("refused", "前月のファイル", 3)
    assert not InsuredPerson.objects.exists()
    assert not Household.objects.exists()
    assert Reject.objects.filter(source=roster).exists()
    assert [found.name for found in check_integrity(campaign) if found.breaches] == []


def test_the_same_file_may_be_brought_again_after_a_refusal_only(campaign: Campaign, tmp_path: Path) -> None:
    first = brought(campaign, tmp_path)
    assert brought(campaign, tmp_path) == first
    refuse_roster(roster=first, reason="x", by=supervisor(), at=LATER)
    second = brought(campaign, tmp_path)
    assert second != first
    assert InsuredPerson.objects.filter(source=second).count() == 3


def test_a_refusal_spares_the_people_of_other_files(campaign: Campaign, tmp_path: Path) -> None:
    first = brought(campaign, tmp_path)
    accept_roster(roster=first, by=supervisor(), at=LATER)
    other = take_in(tmp_path, campaign, person(number="9"))
    assert refuse_roster(roster=other, reason="x", by=supervisor(), at=LATER) == 1
    assert InsuredPerson.objects.filter(source=first).count() == 3
    assert Household.objects.count() == 2


def test_a_decision_is_made_once_and_with_a_reason(campaign: Campaign, tmp_path: Path) -> None:
    roster = brought(campaign, tmp_path)
    assert (
        refusal_of(lambda: refuse_roster(roster=roster, reason=" ", by=supervisor(), at=LATER))
        == "reason_missing"
    )
    accept_roster(roster=roster, by=supervisor(), at=LATER)
    decisions: list[Callable[[], Any]] = [
        lambda: accept_roster(roster=roster, by=supervisor(), at=LATER),
        lambda: refuse_roster(roster=roster, reason="x", by=supervisor(), at=LATER),
    ]
    assert [refusal_of(decide) for decide in decisions] == ["already_decided", "already_decided"]


def test_people_who_were_judged_are_not_taken_out(campaign: Campaign, tmp_path: Path) -> None:
    roster = brought(campaign, tmp_path)
    one = InsuredPerson.objects.order_by("pk")[0]
    Selection.objects.create(person=one, outcome="target", reasons=[], rule_version="x", selected_at=MORNING)
    assert (
        refusal_of(lambda: refuse_roster(roster=roster, reason="x", by=supervisor(), at=LATER))
        == "already_decided"
    )


def test_a_roster_is_compared_with_the_campaign_before(tmp_path: Path) -> None:
    earlier, later = CampaignFactory.create(), CampaignFactory.create()
    take_in_employer(tmp_path, earlier)
    first = take_in(tmp_path, earlier, person(), person(number="2"), person(number="3"))
    assert first.comparison == {}
    second = take_in(
        tmp_path,
        later,
        person(),
        dependant(),
        person(number="2", address2="転居先"),
        person(number="4"),
        person(number="5"),
    )
    assert second.comparison == {"kept": 2, "new": 2, "gone": 1, "moved": 1}
