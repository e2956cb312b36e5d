"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from backoffice.session_guard import SECOND_FACTOR
from tests.factories.backoffice import UserFactory

if TYPE_CHECKING:
    from pytest_django import Settings

    from backoffice.models import User
    from backoffice.roles import Role


class StaffClient(Client):
    """A browser in which a member of staff is logged in."""

    staff: User


ClientAs = Callable[..., StaffClient]


@pytest.fixture(scope="session", autouse=True)
def static_folder() -> None:
    """The folder of collected files, which a fresh clone does not have and a live server looks for as it starts."""
    Path(configured.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session", autouse=True)
def compiled_catalogues() -> None:
    """What a deployment compiles while it is built."""
    call_command("compile_catalogues", stdout=StringIO())


@pytest.fixture(autouse=True)
def light_settings(settings: Settings) -> None:
    """Static files without a manifest, and a password hash that costs nothing."""
    translation.activate(settings.LANGUAGE_CODE)
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.WHITENOISE_AUTOREFRESH = True
    settings.DEMO_SECOND_FACTOR_CODE = ""
    # What a test writes to the cache (wrong passwords, for example) is its own.
    own = uuid4().hex
    settings.CACHES = {name: {**cache, "KEY_PREFIX": own} for name, cache in settings.CACHES.items()}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def client_as(db: None) -> ClientAs:
    """`client_as(Role.CLERK, branch_code="13")`: a client whose `staff` has these roles."""

    def log_in(*roles: Role, **columns: Any) -> StaffClient:
        client = StaffClient()
        client.staff = UserFactory.create(roles=[role.value for role in roles], **columns)
        client.force_login(client.staff)
        session = client.session
        session[SECOND_FACTOR] = True
        session.save()
        return client

    return log_in
