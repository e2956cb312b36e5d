"""What must not be on a server with real people; found by `manage.py check --deploy`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security, deploy=True)
def no_demo_code(**_arguments: Any) -> list[CheckMessage]:
    """The demo's code opens every account that has a second factor."""
    if not settings.DEMO_SECOND_FACTOR_CODE:
        return []
    return [Error("TODOKE_DEMO_CODE is set: one known code opens every account.", id="backoffice.E001")]
