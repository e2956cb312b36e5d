"""How a state looks: the same word has the same colour and sign on every screen.

A tone is always shown with its sign and the word itself, never by colour alone.
"""

from __future__ import annotations

from enum import StrEnum


class Tone(StrEnum):
    """The few ways in which something may call for attention; the value is the CSS modifier."""

    NEUTRAL = "neutral"
    PROGRESS = "progress"
    WAITING = "waiting"
    SUCCESS = "success"
    DANGER = "danger"
    STOPPED = "stopped"


ICONS: dict[Tone, str] = {
    Tone.NEUTRAL: "circle",
    Tone.PROGRESS: "arrow",
    Tone.WAITING: "clock",
    Tone.SUCCESS: "check",
    Tone.DANGER: "alert",
    Tone.STOPPED: "minus",
}

_WORDS: dict[Tone, str] = {
    Tone.NEUTRAL: "planned queued open",
    Tone.PROGRESS: "rendering rendered running approved released inserted rerouted working assigned",
    Tone.WAITING: "submitted waiting held returned pulled ready",
    Tone.SUCCESS: "done live posted closed reconciled target delivered_after_all accepted resolved counted",
    Tone.DANGER: "rejected failed exception missing spoiled difference",
    Tone.STOPPED: "cancelled void excluded withdrawn destroyed",
}
TONES: dict[str, Tone] = {word: tone for tone, words in _WORDS.items() for word in words.split()}


def tone_of(state: object) -> Tone:
    """The tone of a state's value; neutral for a word that has none."""
    return TONES.get(str(state), Tone.NEUTRAL)
