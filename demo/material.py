"""Names, places and days to draw from: surnames by rough frequency, given names, and real postal codes from the post
office's public list. Everything is a list in which each entry stands as often as it shall be drawn, so that a draw is
one look-up."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeVar

from japan.prefectures import PREFECTURES

_DATA = Path(__file__).parent / "data"
_Entry = TypeVar("_Entry")
LATIN = {
    "女": ("NGUYEN THI MINH ANH", "SANTOS MARIA CRISTINA DELA CRUZ"),
    "男": (
        "SINGH RAJ KUMAR",
        "ALEXANDROVITCH KONSTANTIN MIKHAIL VON HOHENSTAUFEN",
        "PEREIRA DA SILVA JOAO",
    ),
}
_FIRST_DAY, _LAST_DAY = date(1949, 1, 1), date(2026, 12, 31)


class Place(NamedTuple):
    """A postal code with the address it stands for; `listed` is false for a code that ends in 00."""

    postal_code: str
    address: str
    listed: bool


class Name(NamedTuple):
    """A name and its reading in half-width kana."""

    kanji: str
    kana: str


def repeated(weights: dict[_Entry, int]) -> tuple[_Entry, ...]:
    """Each entry as often as its weight says."""
    return tuple(entry for entry, weight in weights.items() for _ in range(weight))


@cache
def places(prefecture: str) -> tuple[Place, ...]:
    """The places of a prefecture (two-digit code)."""
    with (_DATA / "places.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["prefecture"] == prefecture]
    name = PREFECTURES[prefecture]
    return tuple(
        Place(row["postal_code"], f"{name}{row['city']}{row['town'] or '大字本町'}", bool(row["town"]))
        for row in rows
    )


@cache
def listed_places(prefecture: str) -> tuple[Place, ...]:
    """Those of them with a postal code of their own."""
    return tuple(place for place in places(prefecture) if place.listed)


@cache
def surnames() -> tuple[Name, ...]:
    """Surnames, the frequent ones more often."""
    with (_DATA / "surnames.csv").open(encoding="utf-8", newline="") as file:
        return repeated({Name(kanji, kana): int(weight) for kanji, kana, weight in csv.reader(file)})


@cache
def given_names(sex: str) -> tuple[Name, ...]:
    """Given names of a sex."""
    with (_DATA / "given_names.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Name(kanji, kana) for found, kanji, kana in csv.reader(file) if found == sex)


@cache
def lots() -> tuple[str, ...]:
    """What stands behind the town in an address, in the ways people write it."""
    return tuple(
        text
        for block in range(1, 31)
        for lot in range(1, 41)
        for text in (
            f"{block}丁目{lot}番{block}号",
            f"{block}-{lot}",
            f"{lot}番地{block}",
            f"三丁目{lot}－{block}",
        )
    )


def day_number(day: date) -> int:
    """The place of a day in `written_days`."""
    return (day - _FIRST_DAY).days


@cache
def written_days() -> tuple[str, ...]:
    """Every day from 1949 to 2026 as a file writes it."""
    count = day_number(_LAST_DAY) + 1
    return tuple(f"{_FIRST_DAY + timedelta(days=number):%Y%m%d}" for number in range(count))


@cache
def first_of_april() -> tuple[int, ...]:
    """For every one of these days, the number of 1 April of its year."""
    return tuple(day_number(date(int(text[:4]), 4, 1)) for text in written_days())
