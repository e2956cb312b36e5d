"""What the children of `dev.py` find in their environment."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from onebox.environment import for_children, secret_key, without_strangers
from onebox.postgres import environment as for_postgres
from onebox.postgres import url_for
from onebox.servers import are_private

if TYPE_CHECKING:
    from onebox.clone import Clone


def test_variables_that_lead_libpq_or_python_astray_are_dropped() -> None:
    given = {
        "PGHOST": "db",
        "PGPASSWORD": "x",
        "PYTHONPATH": "/x",
        "LD_LIBRARY_PATH": "/x",
        "HOME": "/h",
        "LANG": "C",
    }
    assert without_strangers(given) == {"HOME": "/h", "LANG": "C"}


def test_postgres_programs_run_without_language_and_libpq_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGDATA", "LANG", "LC_CTYPE", "LANGUAGE"):
        monkeypatch.setenv(name, "x")
    found = {name: value for name, value in for_postgres().items() if name.startswith(("PG", "L"))}
    assert {name: value for name, value in found.items() if name.startswith(("PG", "LC", "LANG"))} == {
        "LC_ALL": "C"
    }


def test_what_the_caller_sets_wins(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TODOKE_SECRET_KEY", "given")
    monkeypatch.setenv("TODOKE_DATA_DIR", "/somewhere")
    environment = for_children(clone, {"LD_LIBRARY_PATH": "/unpacked"}, Path("/fonts.conf"))
    assert [environment[name] for name in ("TODOKE_SECRET_KEY", "TODOKE_DATA_DIR", "LD_LIBRARY_PATH")] == [
        *("given", "/somewhere", "/unpacked"),
    ]


def test_virtual_environment_comes_first_on_the_path(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    assert for_children(clone, {}, Path("/fonts.conf"))["PATH"] == f"{clone.venv}/bin:/usr/bin"


def test_secret_key_is_made_once_and_readable_by_its_owner_only(clone: Clone) -> None:
    first = secret_key(clone)
    path = clone.local / "secrets.json"
    assert (secret_key(clone), stat.S_IMODE(path.stat().st_mode), len(first) >= 50) == (first, 0o600, True)


def test_broken_secrets_file_is_replaced(clone: Clone) -> None:
    path = clone.local / "secrets.json"
    path.write_text("{", encoding="utf-8")
    assert secret_key(clone) == secret_key(clone)


@pytest.mark.parametrize(
    ("given", "private"),
    [
        ({}, {"DATABASE_URL": True, "REDIS_URL": True}),
        ({"DATABASE_URL": "postgresql://x/y", "REDIS_URL": ""}, {"DATABASE_URL": False, "REDIS_URL": True}),
        ({"REDIS_URL": "redis://x"}, {"DATABASE_URL": True, "REDIS_URL": False}),
    ],
)
def test_servers_given_by_url_are_not_started(given: dict[str, str], private: dict[str, bool]) -> None:
    assert are_private(given) == private


def test_socket_url_is_what_the_settings_read() -> None:
    assert url_for("/tmp/todoke-pg-x y") == "postgresql://todoke@/todoke?host=/tmp/todoke-pg-x%20y"
