"""Who may open what: every view declares a permission; a branch's staff know that branch's rows only.

The declaration is checked by `backoffice.middleware.PermissionMiddleware` before the view runs, so a
forgotten one is an error on the first request and never an open door.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic import View

from backoffice.roles import Permission

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model, QuerySet

    from backoffice.models import User

PUBLIC: Final = "public"

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., HttpResponseBase])
Row = TypeVar("Row", bound="Model")


def staff(request: HttpRequest) -> User:
    """The member of staff who makes the request; call it behind the login only."""
    return cast("User", request.user)


def permitted(permission: Permission) -> Callable[[ViewFunction], ViewFunction]:
    """Declare the permission of a function view."""

    def declare(view: ViewFunction) -> ViewFunction:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def public(view: ViewFunction) -> ViewFunction:
    """Declare a function view that answers without a login."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return login_not_required(view)


def declared_permission(view: Callable[..., Any]) -> Permission | str | None:
    """What a resolved URL's view declares: a permission, `PUBLIC`, or None where nothing is declared."""
    return cast("Permission | str | None", getattr(getattr(view, "view_class", view), "permission", None))


def may_open(user: User, address: str) -> bool:
    """Whether the page at this address of ours is one the user may open; whether there is such a record is another question."""
    permission = declared_permission(resolve(address).func)
    return permission == PUBLIC or (isinstance(permission, Permission) and user.may(permission))


def in_branch(rows: QuerySet[Row], user: User, path: str = "branch_id") -> QuerySet[Row]:
    """The rows a user may know of: all of them, or those of the one branch the user belongs to.

    `path` leads from the row to the branch's code (`batch__branch_id`).
    """
    return rows.filter(**{path: user.branch_code}) if user.branch_code else rows


class PermittedView(View):
    """Base of every class view: it declares `permission` and knows who acts and when.

    The three switches are read by `backoffice.session_guard`.
    """

    permission: Permission | str
    needs_fresh_login = False
    keeps_awake = True
    before_second_factor = False

    @property
    def staff(self) -> User:
        """The member of staff who makes the request."""
        return staff(self.request)

    @cached_property
    def at(self) -> datetime:
        """The moment of the request: the one reading of the clock that services are given."""
        return timezone.now()
