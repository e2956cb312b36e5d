from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from employers.apps import ensure_branches
from tests.browser.person import Person
from tests.factories.backoffice import UserFactory
from tests.workers import worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser
    from pytest_django import Settings
    from pytest_django.live_server_helper import LiveServer

    from backoffice.roles import Role

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="session", autouse=True)
def _database_beside_the_event_loop() -> Iterator[None]:
    # Playwright runs an event loop in this thread; Django would refuse the test its database.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def office(transactional_db: None, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """The 47 branches, a folder for files, the demo's second factor, and a worker that does what the screens ask for."""
    settings.DATA_DIR = tmp_path / "data"
    settings.DEMO_SECOND_FACTOR_CODE = "000000"
    ensure_branches("default")
    with worker(tmp_path / "worker.log"):
        yield


@pytest.fixture
def as_person(chromium: Browser, live_server: LiveServer, office: None) -> Iterator[Callable[..., Person]]:
    """`as_person("clerk", Role.CLERK)`: somebody with these roles in a window of their own, logged in."""
    contexts = []

    def log_in(username: str, *roles: Role, width: int = 1280, height: int = 800) -> Person:
        user = UserFactory.build(username=username, roles=[role.value for role in roles])
        user.set_password(PASSWORD)
        user.save()
        context = chromium.new_context(
            locale="ja-JP", viewport={"width": width, "height": height}, accept_downloads=True
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        person = Person(context.new_page(), live_server.url)
        person.log_in(username, PASSWORD)
        return person

    yield log_in
    for context in contexts:
        context.close()
