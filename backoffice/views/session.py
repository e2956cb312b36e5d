"""Coming in, finding one's way, going out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.views import LoginView as DjangoLoginView
from django.contrib.auth.views import LogoutView as DjangoLogoutView
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from backoffice.access import PUBLIC, permitted, public, staff
from backoffice.forms import LoginForm
from backoffice.navigation import first_page
from backoffice.roles import Permission
from backoffice.services.change_history import act_as
from backoffice.services.users import choose_language
from backoffice.session_guard import next_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LANGUAGE_KEPT_SECONDS = 365 * 24 * 3600


class LoginView(DjangoLoginView):
    """The one page without a login; somebody who is logged in is sent on."""

    permission = PUBLIC
    template_name = "backoffice/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


class LogoutView(DjangoLogoutView):
    """Ends the session; POST only."""

    permission: Any = Permission.USE_OWN_ACCOUNT
    before_second_factor = True


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Show every further page in another language: to this account, and on this browser before a login."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    if request.user.is_authenticated:
        act_as(staff(request))
        choose_language(user=staff(request), language=chosen)
    answer = redirect(next_page(request))
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=LANGUAGE_KEPT_SECONDS,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return answer


@permitted(Permission.USE_OWN_ACCOUNT)
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody to the first page they may open."""
    return redirect(first_page(staff(request)))
