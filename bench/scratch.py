"""A scratch database beside the one that `DATABASE_URL` names, made new and with today's tables; call it before Django starts."""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg


def use_scratch_database(name: str, *, kept: bool = False) -> None:
    """Make an empty database of this name on the same server, point `DATABASE_URL` at it and create the tables.

    With `kept` it is the one that an earlier run has left.
    """
    server = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(urlunsplit(server), autocommit=True) as connection:
        if not kept:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
    os.environ["DATABASE_URL"] = urlunsplit(server._replace(path=f"/{name}"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
