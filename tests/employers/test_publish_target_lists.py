from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from employers.models import TargetList, TargetListLine
from employers.services import PublishedLists, publish_target_lists
from issuance.queries import target_list_lines
from tests.factories.backoffice import MORNING
from tests.factories.employers import EmployerFactory
from tests.factories.issuance import CampaignFactory, SelectionFactory, household_of_targets

if TYPE_CHECKING:
    from issuance.models import Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create()


def publish(campaign: Campaign, *, later: int = 0) -> PublishedLists:
    return publish_target_lists(
        campaign_code=campaign.code,
        as_of=date(2025, 4, 30),
        source=target_list_lines(campaign),
        at=MORNING + timedelta(days=later),
    )


def lines(**columns: object) -> list[tuple[str, int, str, str, int]]:
    rows = TargetListLine.objects.filter(**columns).order_by(
        "target_list__employer", "target_list__version", "position"
    )
    return list(
        rows.values_list(
            "target_list__employer__name", "target_list__version", "number", "insured_name", "card_count"
        )
    )


def test_publish_makes_one_list_per_employer_in_the_order_of_numbers(campaign: Campaign) -> None:
    first, second = EmployerFactory.create(name="一"), EmployerFactory.create(name="二")
    for number, size, employer in [("10", 1, first), ("9", 3, first), ("100", 2, second)]:
        household_of_targets(size, campaign=campaign, employer=employer, number=number)
    assert publish(campaign) == PublishedLists(lists=2, lines=3)
    assert lines() == [
        ("一", 1, "9", "山田　太郎", 3),
        ("一", 1, "10", "山田　太郎", 1),
        ("二", 1, "100", "山田　太郎", 2),
    ]
    assert list(
        TargetList.objects.order_by("employer").values_list(
            "campaign_code", "as_of", "published_at", "line_count", "card_count"
        )
    ) == [
        (campaign.code, date(2025, 4, 30), MORNING, 2, 4),
        (campaign.code, date(2025, 4, 30), MORNING, 1, 2),
    ]


def test_publish_again_makes_a_version_only_where_something_changed(campaign: Campaign) -> None:
    kept, changed = EmployerFactory.create(name="一"), EmployerFactory.create(name="二")
    household_of_targets(1, campaign=campaign, employer=kept, number="1")
    household_of_targets(1, campaign=campaign, employer=changed, number="1")
    publish(campaign)
    assert publish(campaign, later=1) == PublishedLists(lists=0, lines=0)
    household_of_targets(2, campaign=campaign, employer=changed, number="2")
    assert publish(campaign, later=2) == PublishedLists(lists=1, lines=2)
    assert lines(target_list__version=2) == [("二", 2, "1", "山田　太郎", 1), ("二", 2, "2", "山田　太郎", 2)]
    assert publish(campaign, later=3) == PublishedLists(lists=0, lines=0)


def test_a_sent_list_stays_when_a_name_changes(campaign: Campaign) -> None:
    insured = household_of_targets(1, campaign=campaign)[0]
    publish(campaign)
    insured.name_print = "別名"
    insured.save()
    assert publish(campaign, later=1) == PublishedLists(lists=1, lines=1)
    assert [line[1:4:2] for line in lines()] == [(1, "山田　太郎"), (2, "別名")]


def test_publish_of_nothing_makes_nothing(campaign: Campaign) -> None:
    assert publish(campaign) == PublishedLists(lists=0, lines=0)


def test_lists_of_two_campaigns_are_two_lists(campaign: Campaign) -> None:
    employer = EmployerFactory.create()
    household_of_targets(1, campaign=campaign, employer=employer)
    other = household_of_targets(1, employer=employer)[0].household.campaign
    assert (publish(campaign).lists, publish(other).lists) == (1, 1)
    assert list(TargetList.objects.values_list("version", flat=True)) == [1, 1]


def test_lines_count_targets_only_and_name_the_insured_as_printed(campaign: Campaign) -> None:
    people = household_of_targets(4, campaign=campaign)
    people[0].name_print = "通称　太郎"
    people[0].save()
    people[0].selection.delete()
    SelectionFactory.create(person=people[0], excluded=True)
    people[1].selection.delete()
    SelectionFactory.create(person=people[1], held=True)
    household_of_targets(2, campaign=campaign, voluntary=True)
    household_of_targets(2)
    household = people[0].household
    assert list(target_list_lines(campaign)) == [
        {
            "employer_id": household.employer_id,
            "number": household.number,
            "insured_name": "通称　太郎",
            "card_count": 2,
        }
    ]
