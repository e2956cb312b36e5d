"""Templates of screens: each one compiles, is used, is short, and carries no style or script of its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
# What the press prints has its own template engine and its own tests.
SCREENS = sorted(
    name
    for path in (ROOT / "templates").rglob("*.html")
    if not (name := path.relative_to(ROOT / "templates").as_posix()).startswith("print/")
)
APPS = ["backoffice", "employers", "issuance", "mailing", "returns", "demo", "config"]
# Found by Django by their names: error pages and the form parts that replace Django's own.
BY_NAME = {"400.html", "403.html", "404.html", "500.html", "django/forms/field.html"}


def source(name: str) -> str:
    return (ROOT / "templates" / name).read_text()


@pytest.mark.parametrize("name", SCREENS)
def test_template_compiles(name: str) -> None:
    template: Any = get_template(name)
    assert template.origin.template_name == name


def test_every_template_is_used() -> None:
    code = [path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py")]
    mentioned = set(re.findall(r"[\w/]+\.html", "\n".join([*code, *map(source, SCREENS)])))
    assert [name for name in SCREENS if name not in mentioned | BY_NAME] == []


def test_no_template_is_longer_than_150_lines() -> None:
    assert [name for name in SCREENS if len(source(name).splitlines()) > 150] == []


@pytest.mark.parametrize(
    "pattern", [r"\sstyle=", r"<style", r"\son\w+=\"", r"<script(?![^>]*\ssrc=)", r"https?://"]
)
def test_screens_hold_nothing_the_content_security_policy_refuses(pattern: str) -> None:
    assert [name for name in SCREENS if re.search(pattern, source(name))] == []


def test_forms_that_post_carry_the_token() -> None:
    posting = re.compile(r"<form\b[^>]*method=\"post\"[^>]*>(.*?)</form>", re.DOTALL)
    assert [
        name for name in SCREENS for form in posting.findall(source(name)) if "{% csrf_token %}" not in form
    ] == []
