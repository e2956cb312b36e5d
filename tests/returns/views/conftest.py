from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.factories.mailing import a_campaign

if TYPE_CHECKING:
    from issuance.models import Campaign


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()
