"""`dev.py test`: every gate a change has to pass, in one command; the same one that CI runs."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from onebox import browser, lifeline, processes, servers
from onebox.preparation import prepare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from onebox.clone import Clone

BUSY = "another `dev.py test` runs in this clone."
TEST_PROCESSES = ["redis-test", "postgres-test"]

# Tests with real workers or a real browser: two of them at once would take each other's messages.
WITH_PROCESSES = ("tests/browser", "tests/faults")
MOST_AT_ONCE = 4
# As on a server with real people: over HTTPS, and without the demonstration's way past the second factor.
AS_DEPLOYED = ["env", "--unset=TODOKE_DEMO_CODE", "TODOKE_HTTPS=1"]
DEPLOYED = ["check", "--deploy", "--fail-level", "WARNING"]


@dataclass(frozen=True)
class Gate:
    """One thing that is checked: the commands that check it, all of which must succeed."""

    name: str
    commands: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Outcome:
    """How a gate went."""

    name: str
    code: int
    seconds: float


def static_gates(clone: Clone) -> list[Gate]:
    """The gates that read the code without running it."""
    templates = [str(path.relative_to(clone.root)) for path in sorted(clone.root.glob("templates/**/*.html"))]
    python, brief = str(clone.python), ["--quiet", "--output-format", "concise"]
    return [
        Gate("format", [[clone.program("ruff"), "format", "--check", *brief, "."]]),
        Gate("lint", [[clone.program("ruff"), "check", *brief, "."]]),
        Gate("templates", [[clone.program("djade"), "--check", "--target-version", "5.2", *templates]]),
        Gate("imports", [[clone.program("lint-imports")]]),
        Gate("types", [[clone.program("mypy"), "."]]),
        Gate("deployment", [[*AS_DEPLOYED, python, "manage.py", *DEPLOYED]]),
        Gate("advisories", [[python, "-m", "onebox.advisories"]]),
        Gate("migrations", [[python, "manage.py", "makemigrations", "--check", "--dry-run"]]),
    ]


def test_gates(clone: Clone, arguments: Sequence[str]) -> list[Gate]:
    """The test-suite under branch coverage (the workers it starts included), and what it must reach.

    Most tests share the cores; those that start servers, workers and browsers of their own come after them, one at a time.
    """
    coverage = [str(clone.python), "-m", "coverage"]
    pytest = [*coverage, "run", "-m", "pytest"]
    together = [f"--ignore={folder}" for folder in WITH_PROCESSES]
    processes_at_once = str(min(os.cpu_count() or 1, MOST_AT_ONCE))
    return [
        Gate("tests", [[*coverage, "erase"], [*pytest, "-n", processes_at_once, *together]]),
        Gate("processes", [[*pytest, *WITH_PROCESSES, *arguments]]),
        Gate("coverage", [[*coverage, "combine", "--quiet"], [*coverage, "report", "--skip-covered"]]),
    ]


def run_tests(clone: Clone, arguments: Sequence[str]) -> int:
    """Run all gates, or with arguments only pytest on those; the exit code of the first that failed."""
    clone.make_folders()
    with lifeline.in_charge(clone, "test", of=TEST_PROCESSES, busy=BUSY):
        environment = prepare(clone)
        environment["TODOKE_DATA_DIR"] = str(clone.local / "data-test")
        environment |= servers.start_servers(clone, environment, tied=True, suffix="-test")
        chosen = select(clone, environment)
        if arguments:
            pytest = [str(clone.python), "-m", "pytest", *chosen, *arguments]
            return run_gate(clone, Gate("tests", [pytest]), environment).code
        gates = [*static_gates(clone), *test_gates(clone, chosen)]
        return report([run_gate(clone, gate, environment) for gate in gates])


def select(clone: Clone, environment: dict[str, str]) -> list[str]:
    """pytest's arguments that leave out the browser tests where there is no browser."""
    if found := browser.ensure_chromium(clone):
        environment["CHROMIUM"] = found
        return []
    browser.name_left_out(clone, environment)
    return ["-m", "not browser"]


def run_gate(clone: Clone, gate: Gate, environment: Mapping[str, str]) -> Outcome:
    """Run a gate's commands up to the first that fails."""
    print(f"\n── {gate.name}", flush=True)
    begun, code = time.monotonic(), 0
    for command in gate.commands:
        code = code or run(clone, command, environment)
    return Outcome(gate.name, code, time.monotonic() - begun)


def run(clone: Clone, command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command that ends when this process does; its exit code."""
    settle = processes.settling(signal.SIGTERM)
    with subprocess.Popen(command, env=environment, cwd=clone.root, preexec_fn=settle) as process:  # noqa: PLW1509
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            raise


def report(outcomes: Sequence[Outcome]) -> int:
    """Print one line per gate; the exit code of the first that failed."""
    print()
    for outcome in outcomes:
        print(f"{outcome.name:<12}{'passed' if not outcome.code else 'FAILED':<8}{outcome.seconds:7.1f} s")
    return next((outcome.code for outcome in outcomes if outcome.code), 0)
