"""The command line of `dev.py`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from onebox import processes
from onebox.clone import Clone
from onebox.console import Trouble, say
from onebox.demo import run_demo
from onebox.gates import run_tests
from onebox.management import run_manage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; whatever follows `test` and `manage` belongs to pytest and Django, untouched."""
    parser = argparse.ArgumentParser(
        prog="dev.py", description="Todoke on one machine, without anything installed."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser(
        "demo", help="bring up the whole office with demonstration data; Ctrl+C ends it"
    )
    demo.add_argument(
        "--port", type=int, help="the web server's port (otherwise the first free one from 8000 on)"
    )
    commands.add_parser(
        "test", add_help=False, help="run every gate and all tests; with arguments, pytest on those"
    )
    commands.add_parser(
        "manage", add_help=False, help="run one of Django's commands with everything it needs running"
    )
    commands.add_parser("stop", help="end every process of this clone")
    if arguments and arguments[0] in {"test", "manage"}:
        return argparse.Namespace(command=arguments[0], rest=list(arguments[1:]))
    return parser.parse_args(arguments)


def run(clone: Clone, options: argparse.Namespace) -> int:
    """Do what the command line asks for."""
    if options.command == "demo":
        return run_demo(clone, port=options.port)
    if options.command == "test":
        return run_tests(clone, options.rest)
    if options.command == "manage":
        return run_manage(clone, options.rest)
    ended = processes.stop_all(clone)
    say(f"stopped {', '.join(ended)}" if ended else "nothing runs")
    return 0


def main(arguments: Sequence[str]) -> int:
    """Run `dev.py`; the exit code. What cannot be done is one line on standard error."""
    options = parse(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means it
            signal.signal(number, leave)
    try:
        return run(Clone(Path(__file__).resolve().parent.parent), options)
    except Trouble as trouble:
        print(f"error: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0 if options.command == "demo" else 130


def leave(_number: int, _frame: FrameType | None) -> None:
    """A request to end is treated as Ctrl+C, so that everything is stopped in order."""
    raise KeyboardInterrupt
