"""How a database URL becomes Django's connection settings."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def connection_from_url(url: str) -> dict[str, Any]:
    """Django's `DATABASES` entry for `postgresql://user:password@host:port/name?host=/socket/directory`.

    A `host` in the query wins over the one in the authority, as in libpq, so that a Unix socket can be given.

    :raises ValueError: the URL is not a PostgreSQL one or names no database.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise ValueError("DATABASE_URL must look like postgresql://user@host/name")
    query = parse_qs(parts.query)
    port = query.pop("port", [str(parts.port or "")])[0]
    host = query.pop("host", [unquote(parts.hostname or "")])[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": {key: values[0] for key, values in query.items()},
    }
