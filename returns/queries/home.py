"""What the home page counts, and the names under which it is kept where counting takes long."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from returns.queries.early_warning import outliers, outliers_key
from returns.queries.overview import count_overview, count_weeks, overview_key, weeks_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from issuance.models import Campaign


def home_counts(campaign: Campaign) -> dict[str, Callable[[], Any]]:
    """Each count of the campaign's home page under its key."""
    return {
        overview_key(campaign): partial(count_overview, campaign),
        weeks_key(campaign): partial(count_weeks, campaign),
        outliers_key(campaign): partial(outliers, campaign),
    }
