"""Database triggers hold for everybody.

The library that installs them lets a session name triggers to pass over. Nothing here ever does, so what is append-only would
be so for everybody but those who know the word; and asking costs a subtransaction per row, by far the dearest part of
moving many rows. `migrate` therefore answers that question once and for all.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

_NEVER = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT false'
"""


def let_no_trigger_be_passed_over(**_signal: Any) -> None:
    """Handler of `post_migrate`: each migration that installs a trigger brings the library's function back."""
    with connection.cursor() as cursor:
        cursor.execute(_NEVER)
