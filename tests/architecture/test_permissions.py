"""No door without a lock: every address declares the permission it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from backoffice.access import PUBLIC, declared_permission
from backoffice.navigation import NAVIGATION
from backoffice.roles import Permission

if TYPE_CHECKING:
    from collections.abc import Iterator


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


def test_every_route_declares_its_permission() -> None:
    undeclared = [
        path
        for path, route in routes(get_resolver())
        if not isinstance(declared_permission(route.callback), Permission)
        and declared_permission(route.callback) != PUBLIC
    ]
    assert undeclared == []


def test_only_login_language_and_health_check_are_public() -> None:
    public = [path for path, route in routes(get_resolver()) if declared_permission(route.callback) == PUBLIC]
    assert public == ["healthz", "login", "language"]


def test_public_routes_are_exactly_those_without_login() -> None:
    without_login = [
        path for path, route in routes(get_resolver()) if not getattr(route.callback, "login_required", True)
    ]
    assert without_login == ["healthz", "login", "language"]


def test_menu_asks_for_the_permission_of_the_page_it_leads_to() -> None:
    declared = {"/" + path: declared_permission(route.callback) for path, route in routes(get_resolver())}
    items = [item for group in NAVIGATION for item in group.items]
    assert {item.url_name: declared[reverse(item.url_name)] for item in items} == {
        item.url_name: item.permission for item in items
    }
