"""What an employer's page shows besides the employer: envelopes and returns are known further down the line, and those apps add
their section when they are loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from backoffice.models import User
    from backoffice.tones import Tone
    from employers.models import Employer

    Source = Callable[["Employer", "User"], "Section"]

MOST_SHOWN = 50
_SOURCES: list[Source] = []


class Cell(NamedTuple):
    """A word, with the page it leads to, or as a badge of that tone; a number or a day stays in one line."""

    text: str
    url: str = ""
    tone: Tone | None = None
    in_one_line: bool = False


@dataclass(frozen=True)
class Section:
    """A short table, `empty` instead where it has no rows; `people` are the public ids of those it names."""

    title: str
    header: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    empty: str
    people: list[UUID] = field(default_factory=list)

    @property
    def lines(self) -> list[list[tuple[str, Cell]]]:
        """The rows, each cell with the name of its column, which a narrow screen shows beside it."""
        return [list(zip(self.header, row, strict=True)) for row in self.rows]


def add_employer_section(source: Source) -> None:
    """Let an app further down tell what it knows of an employer; each source counts once."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def employer_sections(employer: Employer, user: User) -> list[Section]:
    """Every section of the page as this reader may see it, `MOST_SHOWN` rows each."""
    return [source(employer, user) for source in _SOURCES]
