from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from employers.models import TargetList
from employers.services import PublishedLists
from issuance.services import publish_target_lists
from tests.factories.backoffice import MORNING, UserFactory
from tests.factories.issuance import CampaignFactory, household_of_targets

pytestmark = pytest.mark.django_db


def test_publish_is_as_of_the_reference_date_of_the_campaign() -> None:
    campaign = CampaignFactory.create(reference_date=date(2025, 5, 31))
    household_of_targets(3, campaign=campaign)
    clerk = UserFactory.create(clerk=True)
    assert publish_target_lists(campaign=campaign, at=MORNING, by=clerk) == PublishedLists(lists=1, lines=1)
    assert publish_target_lists(campaign=campaign, at=MORNING, by=None) == PublishedLists(lists=0, lines=0)
    made = TargetList.objects.get()
    assert (made.campaign_code, made.as_of, made.card_count) == (campaign.code, date(2025, 5, 31), 3)


def test_who_may_not_publish_is_denied() -> None:
    with pytest.raises(PermissionDenied):
        publish_target_lists(
            campaign=CampaignFactory.create(), at=MORNING, by=UserFactory.create(returns_desk=True)
        )
