"""What every page shows around its content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def workplace(request: HttpRequest) -> dict[str, Any]:
    """The context of every page (filled by the navigation)."""
    return {}
