"""日本語 and English: each member of staff reads in the language of their account; what is kept for everybody is Japanese."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from japan.wareki import format_wareki

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from django.http import HttpRequest, HttpResponse

Given = ParamSpec("Given")
Made = TypeVar("Made")


class LanguageMiddleware:
    """Answer in the language of the account; before the login in the one chosen on this browser, else in Japanese.

    What a browser says it prefers is not asked: these are shared machines.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        translation.activate(language)
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def language_of(request: HttpRequest) -> str:
    """The language code to answer in."""
    known = dict(settings.LANGUAGES)
    chosen = getattr(request.user, "language", request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
    return chosen if chosen in known else settings.LANGUAGE_CODE


def on_record(work: Callable[Given, Made]) -> Callable[Given, Made]:
    """Let a function speak Japanese whoever calls it, because its words are stored for everybody."""

    @wraps(work)
    def speaking(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        with translation.override(settings.LANGUAGE_CODE):
            return work(*args, **kwargs)

    return speaking


def written_day(day: date) -> str:
    """令和7年7月21日, in English 2025-07-21."""
    return format_wareki(day) if translation.get_language() == settings.LANGUAGE_CODE else day.isoformat()


def listed(words: Iterable[str]) -> str:
    """Several words one after another: 甲、乙."""
    return _("、").join(words)
