"""Who gets through a view's door: every role tried, the expectation taken from the table of roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.test import Client

from backoffice.roles import PERMISSIONS, Permission, Role

if TYPE_CHECKING:
    from tests.conftest import ClientAs


def assert_only(
    client_as: ClientAs, url: str, permission: Permission, method: str = "get", **request: Any
) -> None:
    """Roles with the permission get something other than 403, the others 403, and nobody gets in without
    a login.
    """
    let_in = {role for role in Role if _status(getattr(client_as(role), method)(url, **request)) != 403}
    assert let_in == {role for role in Role if permission in PERMISSIONS[role]}
    answer = getattr(Client(), method)(url, **request)
    assert (answer.status_code, answer.url.split("?")[0]) == (302, "/login")


def _status(answer: Any) -> int:
    """Its status; a file that is sent is read to its end, so that it gets closed."""
    if answer.streaming:
        for _block in answer.streaming_content:
            pass
    return int(answer.status_code)
