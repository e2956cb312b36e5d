"""Every address × method × role, as a table: a new route, a changed permission or an opened door shows up here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from backoffice.roles import Role
from tests.factories.issuance import CampaignFactory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import ClientAs

TABLE = Path(__file__).with_name("role_matrix.txt")
# One letter per role, in this order in the table: C S R I A M.
LETTERS = {"C": "clerk", "S": "supervisor", "R": "returns", "I": "inquiry", "A": "auditor", "M": "admin"}
PATTERNS = {"public_id": "00000000-0000-4000-8000-000000000000", "pk": 999_999, "page": 1, "id": 999_999}


def routes() -> dict[str, str]:
    """Every route's name with an address of it."""

    def walk(resolver: URLResolver, names: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry, (*names, entry.namespace) if entry.namespace else names)
            elif isinstance(entry, URLPattern):
                assert entry.name, f"{entry.pattern} has no name"
                yield ":".join((*names, entry.name)), list(entry.pattern.converters)

    return {
        name: reverse(name, kwargs={key: PATTERNS.get(key, "none") for key in keys})
        for name, keys in walk(get_resolver())
    }


def table() -> dict[str, list[str]]:
    """What the table says: route → who may GET, who may POST, what a stranger meets."""
    lines = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return {route: cells for route, *cells in lines}


def door(client: Client, url: str, method: str) -> str:
    """`open`, `shut` (403), `login`, or `none` where the view has no such method."""
    answer: Any = getattr(client, method.lower())(url)
    if answer.streaming:
        list(answer.streaming_content)
    if answer.status_code == 302 and answer.url.split("?")[0] == reverse("backoffice:login"):
        return "login"
    return {403: "shut", 405: "none"}.get(answer.status_code, "open")


@pytest.fixture
def insiders(client_as: ClientAs) -> dict[str, Client]:
    return {letter: client_as(Role(role)) for letter, role in LETTERS.items()}


@pytest.fixture
def strangers(client_as: ClientAs) -> list[Client]:
    """Nobody at all, and somebody with every role whose account was disabled while they were logged in."""
    disabled = client_as(*Role)
    disabled.staff.is_active = False
    disabled.staff.save()
    return [Client(), disabled]


def test_role_matrix_is_the_table(insiders: dict[str, Client], strangers: list[Client]) -> None:
    CampaignFactory.create()
    seen = {}
    # Logging out comes last: it is a door on the way out.
    for name, url in sorted(routes().items(), key=lambda route: route[0] == "backoffice:logout"):
        cells = []
        for method in ("GET", "POST"):
            doors = {letter: door(client, url, method) for letter, client in insiders.items()}
            inside = {letter: seen for letter, seen in doors.items() if seen != "shut"}
            cells.append("-" if set(inside.values()) <= {"none"} else "".join(inside))
        met = {door(client, url, method) for client in strangers for method in ("GET", "POST")}
        seen[name] = [*cells, "/".join(sorted(met))]
    assert seen == table()
