"""A clone of its own for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from onebox.clone import Clone

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    clone = Clone(tmp_path)
    clone.make_folders()
    return clone
