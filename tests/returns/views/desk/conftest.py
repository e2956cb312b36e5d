from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backoffice.roles import Role
from tests.factories.mailing import a_household, an_employer
from tests.factories.returns import post_all

if TYPE_CHECKING:
    from issuance.models import Campaign
    from mailing.models import Envelope
    from tests.conftest import ClientAs, StaffClient


@pytest.fixture
def envelope(campaign: Campaign) -> Envelope:
    """A posted envelope of two cards whose household has an employer."""
    a_household(campaign, "00", "01", employer=an_employer())
    return post_all(campaign)[0]


@pytest.fixture
def client(client_as: ClientAs) -> StaffClient:
    return client_as(Role.RETURNS)
