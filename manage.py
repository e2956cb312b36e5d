#!/usr/bin/env python3
"""Django's command line for Todoke: with the libraries and the signing key of this clone where no others are given."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

from onebox.clone import Clone
from onebox.environment import secret_key

if __name__ == "__main__":
    clone = Clone(Path(__file__).resolve().parent)
    if find_spec("django") is None and clone.python.exists():
        os.execv(clone.python, [str(clone.python), *sys.argv])  # noqa: S606 - this clone's own Python
    if not os.environ.get("TODOKE_SECRET_KEY") and clone.local.is_dir():
        os.environ["TODOKE_SECRET_KEY"] = secret_key(clone)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
