"""What browsers are told about the pages: asked of real answers, over HTTPS as a deployment serves them."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse

from backoffice.roles import Role
from tests.architecture.test_role_matrix import routes

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.conftest import ClientAs

ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def test_every_page_carries_the_headers_and_stays_in_no_cache(client_as: ClientAs) -> None:
    client = client_as(*Role)
    missing = {}
    for name, url in routes().items():
        if name in {"backoffice:logout", "healthz"}:
            continue
        answer = client.get(url)
        wrong = {header for header, value in ALWAYS.items() if answer.headers.get(header) != value}
        if "no-store" not in answer.headers.get("Cache-Control", ""):
            wrong.add("Cache-Control")
        policy = answer.headers.get("Content-Security-Policy", "")
        if "default-src 'self'" not in policy or "unsafe" in policy:
            wrong.add("Content-Security-Policy")
        if wrong:
            missing[name] = wrong
    assert missing == {}


def test_static_files_are_for_this_origin_only(db: None, settings: Settings) -> None:
    settings.WHITENOISE_USE_FINDERS = True  # a fresh clone has collected none
    with closing(Client().get("/static/css/base.css")) as answer:
        assert answer.status_code == 200
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_over_https_browsers_are_told_to_come_back_by_https_only(db: None, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    answer = Client().get(reverse("backoffice:login"), secure=True)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


@pytest.mark.parametrize("https", ["1", "0"])
def test_a_deployment_over_https_turns_everything_on(https: str) -> None:
    asked = (
        "from django.conf import settings as s; "
        "print(s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "TODOKE_HTTPS": https, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=configured.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split() == [str(https == "1")] * 4
