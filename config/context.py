"""What every page shows around its content: the campaign, who is at work, and the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.functional import SimpleLazyObject

from backoffice.access import staff
from backoffice.navigation import navigation_for
from backoffice.session_guard import is_unlocked
from issuance.queries.campaigns import newest_open_campaign
from japan.insurer_number import branch_name

if TYPE_CHECKING:
    from django.http import HttpRequest


def workplace(request: HttpRequest) -> dict[str, Any]:
    """The context of every page behind the login; read only where a template asks for it."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {}
    user = staff(request)
    if not is_unlocked(request):
        return {}
    return {
        "campaign": SimpleLazyObject(newest_open_campaign),
        "branch_name": branch_name(user.branch_code) if user.branch_code else "",
        "navigation": SimpleLazyObject(lambda: navigation_for(user, request.path)),
    }
