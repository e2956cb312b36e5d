"""The environment variables that Todoke's processes get (config/settings.py reads them)."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from onebox.clone import Clone

# libpq would take a server, a user or a password from these, whatever the URL says.
# One machine for trying out: approvers and administrators type this instead of an authenticator's code.
DEMO_CODE = "000000"
STRIPPED_PREFIX = "PG"
STRIPPED = {"PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "VIRTUAL_ENV"}


def without_strangers(environment: Mapping[str, str]) -> dict[str, str]:
    """The caller's variables without those that lead libpq or Python astray."""
    return {
        key: value
        for key, value in environment.items()
        if key not in STRIPPED and not key.startswith(STRIPPED_PREFIX)
    }


def for_children(clone: Clone, libraries: Mapping[str, str], fonts: Path) -> dict[str, str]:
    """The environment of every process of this clone; what the caller sets himself wins."""
    given = without_strangers(os.environ)
    return {
        "TODOKE_SECRET_KEY": secret_key(clone),
        "TODOKE_DATA_DIR": str(clone.local / "data"),
        "FONTCONFIG_FILE": str(fonts),
        "TODOKE_DEMO_CODE": DEMO_CODE,
        **given,
        **libraries,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PATH": f"{clone.venv / 'bin'}:{given.get('PATH', os.defpath)}",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
    }


def secret_key(clone: Clone) -> str:
    """This clone's own signing key, made at the first run and readable by its owner only."""
    path = clone.local / "secrets.json"
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["TODOKE_SECRET_KEY"])
    except (FileNotFoundError, ValueError, KeyError):
        key = secrets.token_urlsafe(50)
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps({"TODOKE_SECRET_KEY": key}) + "\n", encoding="utf-8")
        return key
