"""What pages are put together from: plain values that a view builds and a partial template draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backoffice.tones import Tone

if TYPE_CHECKING:
    from datetime import datetime

    from django import forms
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a piece of work is; `url` answers the same partial again while it runs. What is `over` is done, however much of it was
    told before."""

    label: StrOrPromise
    done: int
    total: int
    running: bool
    url: str
    detail: StrOrPromise = ""
    over: bool = False

    @property
    def percent(self) -> int:
        """0 to 100; 0 while the total is not known."""
        if self.over:
            return 100
        return min(self.done * 100 // self.total, 100) if self.total else 0


@dataclass(frozen=True)
class Crumb:
    """One step of the way back."""

    label: StrOrPromise
    url: str


@dataclass(frozen=True)
class Link:
    """A way to another page, drawn as a button."""

    label: StrOrPromise
    url: str
    primary: bool = False


@dataclass(frozen=True)
class Fact:
    """One line of a definition list."""

    label: StrOrPromise
    value: object
    url: str = ""


@dataclass(frozen=True)
class Tile:
    """One number that is read from afar."""

    label: StrOrPromise
    value: object
    note: StrOrPromise = ""
    url: str = ""
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened to the subject of a page."""

    at: datetime
    title: StrOrPromise
    detail: StrOrPromise = ""
    who: str = ""
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True)
class Action:
    """Something the reader may do now: a POST to `url`.

    With `confirm` or `form` the button first opens a panel that says what will happen and asks for what is
    needed; with `disabled_because` it is shown but cannot be used, and says why.
    """

    label: StrOrPromise
    url: str
    confirm: StrOrPromise = ""
    form: forms.Form | None = None
    tone: Tone = Tone.NEUTRAL
    primary: bool = False
    hint: StrOrPromise = ""
    disabled_because: StrOrPromise = ""
