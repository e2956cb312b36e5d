"""The two servers: those of `DATABASE_URL` and `REDIS_URL` where given, else private ones of this clone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onebox import broker, postgres, processes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onebox.clone import Clone

DATABASE, BROKER = "DATABASE_URL", "REDIS_URL"


def are_private(environment: Mapping[str, str]) -> dict[str, bool]:
    """Which of the two servers this clone has to bring itself."""
    return {name: not environment.get(name) for name in (DATABASE, BROKER)}


def start_servers(
    clone: Clone, environment: Mapping[str, str], *, tied: bool, suffix: str = ""
) -> dict[str, str]:
    """The two URLs; a private server that runs already is used, one that does not is started.

    :param suffix: `-test` for the servers of the test run, which forget everything and are quick for it.
    :raises Trouble: a server did not start.
    """
    urls = {name: environment[name] for name, private in are_private(environment).items() if not private}
    settings = postgres.FORGETFUL if suffix else postgres.for_large_tables()
    if DATABASE not in urls:
        name = f"postgres{suffix}"
        record = processes.running(clone, name)
        urls[DATABASE] = (
            record.details["url"]
            if record
            else postgres.start(postgres.place(clone, name, settings), tied=tied)
        )
    if BROKER not in urls:
        name = f"redis{suffix}"
        record = processes.running(clone, name)
        urls[BROKER] = record.details["url"] if record else broker.start(clone, name, tied=tied)
    return urls
