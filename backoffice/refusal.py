"""How the software says no: one exception every service raises and every screen and command knows how to show."""

from __future__ import annotations


class Refused(Exception):
    """The work was refused and nothing changed.

    `code` is stable and for programs and tests; `message` is one polite Japanese line for people, without personal data.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
