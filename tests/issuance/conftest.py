"""Both ways a roster goes in."""

from __future__ import annotations

import pytest

from backoffice.file_intake import heavy_load


@pytest.fixture(params=["staged", "straight"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file of few rows is staged as a whole; of a large one (here: any), good households go straight to their table."""
    if request.param == "straight":
        monkeypatch.setattr(heavy_load, "LEAST_ROWS", 0)
    return str(request.param)
