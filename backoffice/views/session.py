"""Coming in, finding one's way, going out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.views import LoginView as DjangoLoginView
from django.contrib.auth.views import LogoutView as DjangoLogoutView
from django.shortcuts import redirect

from backoffice.access import PUBLIC, permitted, staff
from backoffice.forms import LoginForm
from backoffice.navigation import first_page
from backoffice.roles import Permission

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


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


@permitted(Permission.USE_OWN_ACCOUNT)
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody to the first page they may open."""
    return redirect(first_page(staff(request)))
