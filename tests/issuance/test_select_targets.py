from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from issuance.eligibility import RULE_VERSION
from issuance.models import Campaign, InsuredPerson, RosterImport, Selection
from issuance.queries import outcome_counts, reason_counts, selection_rows
from issuance.services import SelectionCounts, select_targets
from tests.factories.backoffice import MORNING, UserFactory
from tests.factories.issuance import CampaignFactory, HouseholdFactory, InsuredPersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create()


def add(campaign: Campaign, *people: dict[str, object], **columns: object) -> list[InsuredPerson]:
    """A household: the first is the 本人."""
    household = HouseholdFactory.create(campaign=campaign, **columns)
    return [
        InsuredPersonFactory.create(
            household=household, edaban=f"{place:02d}", relation="2" if place else "1", **changes
        )
        for place, changes in enumerate(people)
    ]


def select(campaign: Campaign, *, later: int = 0) -> SelectionCounts:
    return select_targets(campaign=campaign, at=MORNING + timedelta(days=later), by=None)


def outcomes(*people: InsuredPerson) -> list[tuple[str, list[str]]]:
    found = {s.person_id: (s.outcome, s.reasons) for s in Selection.objects.all()}
    return [found[person.pk] for person in people]


def test_select_targets_gives_everybody_an_outcome_with_all_reasons(campaign: Campaign) -> None:
    people = add(
        campaign,
        {},
        {"card_held": False, "decided_on": date(2024, 11, 30)},
        {"myna_usable": True, "lost_on": date(2025, 5, 1), "nondisclosure": True},
        {"nondisclosure": True},
        {"insured_kind": "9"},
    )
    assert select(campaign) == SelectionCounts(targets=1, held=1, excluded=3, fresh=5)
    assert outcomes(*people) == [
        ("target", []),
        ("excluded", ["no_old_card", "decided_after_cutoff"]),
        ("excluded", ["myna_usable", "lost"]),
        ("held", ["nondisclosure"]),
        ("excluded", ["day_labourer"]),
    ]
    assert set(Selection.objects.values_list("rule_version", "selected_at")) == {(RULE_VERSION, MORNING)}


def test_a_flagged_insured_holds_every_target_of_the_household(campaign: Campaign) -> None:
    flagged = add(campaign, {"nondisclosure": True}, {}, {"card_held": False})
    excluded = add(campaign, {"nondisclosure": True, "card_held": False}, {})
    others = add(campaign, {}, {"nondisclosure": True}, {})
    assert select(campaign) == SelectionCounts(targets=2, held=4, excluded=2, fresh=8)
    assert [outcome for outcome, _reasons in outcomes(*flagged, *excluded, *others)] == [
        *("held", "held", "excluded"),
        *("excluded", "held"),
        *("target", "held", "target"),
    ]


def test_the_cutoff_is_the_campaigns(campaign: Campaign) -> None:
    late = CampaignFactory.create(decided_by=date(2024, 12, 31))
    for each in (campaign, late):
        add(each, {"decided_on": date(2024, 12, 31)})
        select(each)
    assert (outcome_counts(campaign)["target"], outcome_counts(late)["target"]) == (0, 1)


def test_who_lost_it_before_being_judged_is_excluded(campaign: Campaign) -> None:
    person = InsuredPersonFactory.create(household__campaign=campaign, lost_later=True)
    select(campaign)
    assert outcomes(person) == [("excluded", ["lost"])]


def test_a_second_run_judges_newcomers_only(campaign: Campaign) -> None:
    first = add(campaign, {})
    select(campaign)
    InsuredPerson.objects.update(card_held=False)
    assert select(campaign, later=1) == SelectionCounts(targets=1, held=0, excluded=0, fresh=0)
    newcomer = add(campaign, {})
    assert select(campaign, later=2) == SelectionCounts(targets=2, held=0, excluded=0, fresh=1)
    moments = dict(Selection.objects.values_list("person", "selected_at"))
    assert moments == {first[0].pk: MORNING, newcomer[0].pk: MORNING + timedelta(days=2)}


def test_an_empty_campaign_has_no_outcomes(campaign: Campaign) -> None:
    add(CampaignFactory.create(), {})
    assert select(campaign) == SelectionCounts(targets=0, held=0, excluded=0, fresh=0)


def test_who_may_not_select_is_denied(campaign: Campaign) -> None:
    with pytest.raises(PermissionDenied):
        select_targets(campaign=campaign, at=MORNING, by=UserFactory.create(supervisor=True))
    select_targets(campaign=campaign, at=MORNING, by=UserFactory.create(clerk=True))


def test_counts_are_read_per_branch(campaign: Campaign) -> None:
    add(campaign, {}, {"card_held": False, "myna_usable": True}, {"nondisclosure": True})
    add(campaign, {}, {"card_held": False}, branch__code="27")
    select(campaign)
    assert outcome_counts(campaign) == {"target": 2, "held": 1, "excluded": 2}
    assert outcome_counts(campaign, branch_code="27") == {"target": 1, "held": 0, "excluded": 1}
    assert reason_counts(campaign) == {"no_old_card": 2, "myna_usable": 1, "nondisclosure": 1}
    assert reason_counts(campaign, branch_code="27") == {"no_old_card": 1}


def test_selection_rows_list_every_person_by_number(campaign: Campaign) -> None:
    add(
        campaign,
        {},
        {"card_held": False, "myna_usable": True},
        number="20",
        insurer_no="01130012",
        symbol="21000001",
    )
    add(campaign, {"nondisclosure": True}, number="10", insurer_no="01130012", symbol="21000001")
    select(campaign)
    add(campaign, {}, number="10", insurer_no="01270016", symbol="1060708")
    assert list(selection_rows(campaign)) == [
        ("01130012", "21000001", "10", "00", "held", "nondisclosure"),
        ("01130012", "21000001", "20", "00", "target", ""),
        ("01130012", "21000001", "20", "01", "excluded", "no_old_card myna_usable"),
        ("01270016", "1060708", "10", "00", "", ""),
    ]


def test_a_whole_roster_is_not_judged_by_a_loop_within_a_loop(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table that is filled is asked who is in it, and during the load it has no index: a loop would read it once per person."""
    people = add(campaign, {}, {})
    RosterImport.objects.filter(campaign=campaign).update(rows=len(people), accepted=len(people))
    assert _nested_loops_after(campaign) == "on"
    Selection.objects.all().delete()
    monkeypatch.setattr("issuance.sql.selection.LEAST_ROWS", 2)
    assert _nested_loops_after(campaign) == "off"


def _nested_loops_after(campaign: Campaign) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        select(campaign)
        cursor.execute("SHOW enable_nestloop")
        [setting] = cursor.fetchone()
        transaction.set_rollback(True)
    return str(setting)
