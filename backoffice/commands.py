"""The shape of every management command (interfaces §2).

The last line on standard output is plain `name=value` pairs; a refusal is one line on standard error and exit code 1.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from getpass import getpass
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from backoffice.file_intake import RefusedFile
from backoffice.models import User
from backoffice.progress import TerminalClock
from backoffice.refusal import Refused
from backoffice.services.change_history import act_as

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Where the password of a sealed package comes from: the environment, or the question.
PACKAGE_PASSWORD = ("TODOKE_PACKAGE_PASSWORD", "引渡し一式のパスワード: ")


class WorkCommand(BaseCommand):
    """A command whose `work` does the job and returns what it did, in the order in which it is to be printed."""

    requires_system_checks: list[str] = []
    # Where the work itself says how far it is, no clock is needed.
    tells_progress: ClassVar[bool] = False

    def work(self, **options: Any) -> Mapping[str, object]:
        """Do the job.

        :raises Refused: nothing was done, and why.
        """
        raise NotImplementedError  # every command has its own

    def handle(self, *args: Any, **options: Any) -> None:
        clock = nullcontext() if self.tells_progress else TerminalClock(sys.stderr)
        try:
            with clock:
                result = self.work(**options)
        except RefusedFile as refusal:
            raise CommandError(_of_the_file(options.get("file"), refusal.message)) from None
        except Refused as refusal:
            raise CommandError(refusal.message) from None
        except PermissionDenied as denial:
            raise CommandError(str(denial)) from None
        except OSError as error:
            # A full disk names no file.
            raise CommandError(
                ": ".join(str(part) for part in (error.filename, error.strerror) if part)
            ) from None
        self.stdout.write(" ".join(f"{name}={value}" for name, value in result.items()))


def _of_the_file(path: Path | None, message: str) -> str:
    """What was refused, with the file's name in front unless the message says it."""
    return message if path is None or name_of(path) in message else f"{name_of(path)}: {message}"


def name_of(path: Path) -> str:
    """The name of a file as it can be stored: bytes that are no UTF-8 are shown as such."""
    return os.fsencode(path.name).decode(errors="backslashreplace")


def staff_user(name: str) -> User:
    """The active member of staff with this login name; from here on this command's changes are recorded as theirs.

    :raises Refused: `unknown_user`.
    """
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        message = _("職員「%(name)s」は登録されていないか、利用停止中です。")
        raise Refused("unknown_user", message % {"name": name})
    act_as(user)
    return user


def asked_secret(variable: str, prompt: str) -> str:
    """A secret from an environment variable, or else typed in; never an argument, which everybody on the machine could read."""
    return os.environ.get(variable) or getpass(prompt)
