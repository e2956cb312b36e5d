"""What a person's page shows besides the person: envelopes are known further down the line, and that app adds its section when it
is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from backoffice.models import User
    from employers.queries import Section
    from issuance.models import Household

    Source = Callable[["Household", "User"], "Section"]

_SOURCES: list[Source] = []


def add_person_section(source: Source) -> None:
    """Let an app further down tell what it knows of a household; each source counts once."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def person_sections(household: Household, user: User) -> list[Section]:
    """Every section of the page as this reader may see it."""
    return [source(household, user) for source in _SOURCES]
