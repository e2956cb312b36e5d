from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings


@pytest.fixture(autouse=True)
def own_data_dir(settings: Settings, tmp_path: Path) -> Path:
    """Every test stores its files in a folder of its own."""
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"
