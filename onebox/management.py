"""`dev.py manage COMMAND …`: Django's command line with everything it needs running.

The private servers, the workers and the clock that it starts stay in the background until `dev.py stop`, so
that the next command finds them and queued work is done. Where DATABASE_URL and REDIS_URL give both servers,
nothing is started: whoever runs those servers runs the workers.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from onebox import application, programs, servers
from onebox.preparation import prepare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onebox.clone import Clone

# These touch neither tables nor queue, or are what brings the tables about.
NEEDS_NO_TABLES = {
    *("", "help", "--help", "-h", "version", "--version", "check", "diffsettings"),
    *("migrate", "makemigrations", "showmigrations", "sqlmigrate"),
    *("makemessages", "compile_catalogues", "collectstatic"),
}


def run_manage(clone: Clone, arguments: Sequence[str]) -> int:
    """Set up what is missing, then become `manage.py COMMAND …`: output, exit code, signals are its own."""
    environment = prepare(clone)
    private = servers.are_private(environment)
    command = arguments[0] if arguments else ""
    with clone.locked("servers"):
        environment |= servers.start_servers(clone, environment, tied=False)
        if command not in NEEDS_NO_TABLES:
            application.migrate(clone, environment, private=private[servers.DATABASE])
            application.compile_catalogues(clone, environment)
            if any(private.values()):
                programs.ensure_background(clone, environment)
        elif command == "migrate":
            application.forget_migrations(clone)
    os.execve(  # noqa: S606 - no shell is wanted
        clone.python, [str(clone.python), str(clone.root / "manage.py"), *arguments], environment
    )
