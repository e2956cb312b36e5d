from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.mailing import a_campaign, a_household, pack_and_plan

if TYPE_CHECKING:
    from issuance.models import Campaign
    from mailing.models import PrintBatch


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


@pytest.fixture
def batch(campaign: Campaign) -> PrintBatch:
    """A planned batch of branch 13: one envelope of two cards, one of one."""
    a_household(campaign, "00", "01")
    a_household(campaign, "00")
    return pack_and_plan(campaign)
