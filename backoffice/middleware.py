"""The gate in front of every view (design: six roles; a user with a branch sees that branch only)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from backoffice.access import PUBLIC, declared_permission, staff
from backoffice.roles import Permission
from backoffice.services.change_history import act_as
from backoffice.session_guard import turned_away

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class OwnOriginMiddleware:
    """Let no page of another origin load what is served here, static files included, and no page use a device."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response


class PermissionMiddleware:
    """Let a request through to its view only if the user holds the permission the view declares.

    Answers are marked `no-store`: pages carry personal data, which must not stay in a browser's or proxy's
    cache.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            response.status_code == 302
            and "HX-Request" in request.headers
            and not request.user.is_authenticated
        ):
            # The session has ended under an open page: reload all of it instead of putting a login form
            # into a part.
            response = HttpResponseClientRefresh()
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Send away whose login has ended or is not complete; refuse who may not.

        :raises ImproperlyConfigured: the view declares no permission.
        :raises PermissionDenied: the user does not hold it.
        """
        declared = declared_permission(view)
        if declared == PUBLIC:
            return None
        if not isinstance(declared, Permission):
            raise ImproperlyConfigured(f"{view!r} declares no permission")
        if not request.user.is_authenticated or not staff(request).may(declared):
            raise PermissionDenied(_("この画面を開く権限がありません。"))
        if elsewhere := turned_away(request, getattr(view, "view_class", view), timezone.now()):
            return elsewhere
        if request.method not in SAFE_METHODS:
            act_as(staff(request))
        return None
