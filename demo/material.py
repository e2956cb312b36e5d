"""Names and places: surnames by rough frequency, given names, and real postal codes from the post office's public list."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_DATA = Path(__file__).parent / "data"
LATIN = (
    ("NGUYEN THI MINH ANH", "女"),
    ("SANTOS MARIA CRISTINA DELA CRUZ", "女"),
    ("SINGH RAJ KUMAR", "男"),
    ("ALEXANDROVITCH KONSTANTIN MIKHAIL VON HOHENSTAUFEN", "男"),
    ("PEREIRA DA SILVA JOAO", "男"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A postal code with its prefecture code, city and town (empty for a code that ends in 00)."""

    prefecture: str
    postal_code: str
    city: str
    town: str


@cache
def places(prefecture: str) -> tuple[Place, ...]:
    """The places of a prefecture (two-digit code)."""
    return tuple(place for place in _all_places() if place.prefecture == prefecture)


@cache
def _all_places() -> tuple[Place, ...]:
    with (_DATA / "places.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Place(**row) for row in csv.DictReader(file))


@cache
def _surnames() -> tuple[tuple[tuple[str, str], ...], tuple[int, ...]]:
    with (_DATA / "surnames.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return tuple((kanji, kana) for kanji, kana, _weight in rows), tuple(
        accumulate(int(row[2]) for row in rows)
    )


@cache
def _given(sex: str) -> tuple[tuple[str, str], ...]:
    with (_DATA / "given_names.csv").open(encoding="utf-8", newline="") as file:
        return tuple((kanji, kana) for found, kanji, kana in csv.reader(file) if found == sex)


def surname(random: Random) -> tuple[str, str]:
    """(kanji, kana) of a surname, the frequent ones more often."""
    names, weights = _surnames()
    return random.choices(names, cum_weights=weights)[0]


def given_name(random: Random, sex: str) -> tuple[str, str]:
    """(kanji, kana) of a given name."""
    return random.choice(_given(sex))
