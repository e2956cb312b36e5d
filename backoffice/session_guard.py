"""How long a login lasts, and how fresh it must be: idle and absolute time-out, second factor, confirmation.

All of it lives in the session, so that no page needs a further query. A view with `needs_fresh_login = True`
(approve, release, uncover somebody of a 不開示 household) asks for the password again unless somebody has entered it
within ten minutes; one with `keeps_awake = False` (what a page asks for by itself) does not count as work.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from backoffice.access import staff
from backoffice.services.second_factor import needs_second_factor

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from backoffice.models import User

BEGAN, SEEN, CONFIRMED, SECOND_FACTOR = "began_at", "seen_at", "confirmed_at", "second_factor"
FRESH_FOR = timedelta(minutes=10)
NOTED_EVERY = 60


def note_login(request: HttpRequest, user: User, **_signal: Any) -> None:
    """Begin to count; receiver of Django's own signal of a login."""
    now = user.last_login.timestamp() if user.last_login else 0.0
    request.session[BEGAN] = request.session[SEEN] = request.session[CONFIRMED] = now


user_logged_in.connect(note_login)


def note_second_factor(request: HttpRequest) -> None:
    """The second factor was shown in this session, which gets a new key."""
    request.session.cycle_key()
    request.session[SECOND_FACTOR] = True


def note_confirmation(request: HttpRequest, at: datetime) -> None:
    """The password was entered again."""
    request.session[CONFIRMED] = at.timestamp()


def is_unlocked(request: HttpRequest) -> bool:
    """Whether the second factor is not needed or was shown."""
    return bool(request.session.get(SECOND_FACTOR)) or not needs_second_factor(staff(request))


def is_fresh(request: HttpRequest, at: datetime) -> bool:
    """Whether the password was entered within the last ten minutes."""
    confirmed: float = request.session.get(CONFIRMED, 0.0)
    return at.timestamp() - confirmed <= FRESH_FOR.total_seconds()


def turned_away(request: HttpRequest, view: Any, at: datetime) -> HttpResponse | None:
    """Where to instead of the view: login again, second factor, confirmation; None where nothing is in the way."""
    if has_ended(request, at):
        logout(request)
        messages.info(
            request, _("しばらく操作がなかったため、または時間の上限に達したため、ログアウトしました。")
        )
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': way_back(request)})}")
    if getattr(view, "keeps_awake", True) and at.timestamp() - request.session.get(SEEN, 0.0) > NOTED_EVERY:
        request.session[SEEN] = at.timestamp()
    if not is_unlocked(request) and not getattr(view, "before_second_factor", False):
        return redirect(f"{reverse('backoffice:second-factor')}?{urlencode({'next': way_back(request)})}")
    if getattr(view, "needs_fresh_login", False) and not is_fresh(request, at):
        return redirect(confirmation_url(way_back(request)))
    return None


def confirmation_url(back: str) -> str:
    """The page that asks for the password once more and leads back to `back`."""
    return f"{reverse('backoffice:confirm')}?{urlencode({'next': back})}"


def has_ended(request: HttpRequest, at: datetime) -> bool:
    """Whether nobody worked for too long, or the session is too old."""
    now, began = at.timestamp(), request.session.get(BEGAN, 0.0)
    idle = now - request.session.get(SEEN, 0.0) > settings.SESSION_IDLE_SECONDS
    return bool(idle or now - began > settings.SESSION_COOKIE_AGE)


def way_back(request: HttpRequest) -> str:
    """The page to come back to: this one, or for a button the page it stood on."""
    if request.method == "GET" and "HX-Request" not in request.headers:
        return request.get_full_path()
    return urlsplit(request.headers.get("Referer", "")).path or "/"


def next_page(request: HttpRequest) -> str:
    """The page asked for by `next`, if it is one of this site; else the first one."""
    url = request.POST.get("next", request.GET.get("next", ""))
    return url if url_has_allowed_host_and_scheme(url, allowed_hosts=None) else reverse("backoffice:home")
