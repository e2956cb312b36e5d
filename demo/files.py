"""Writing the files: encoding, headers and line ends as asked; nothing is ever replaced to make it fit."""

from __future__ import annotations

import codecs
import csv
import io
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING

from demo.faults import break_row
from demo.population import PEOPLE_PER_EMPLOYER, Population
from demo.traps import ENDED_EMPLOYER, OPEN_EMPLOYER, trap_households
from japan.cp932 import unencodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from backoffice.file_intake import Column
    from demo.rows import EmployerRow, PersonRow

# Numbers of generated households start above those of the trap households.
TRAP_NUMBERS_END = 1000
EMPLOYERS_PER_PART = 1000
MOST_EMPLOYERS = 980_000


@dataclass(frozen=True, slots=True)
class FileForm:
    """How a file is written: encoding, Japanese or English headers, share of broken rows, and the prefectures people live
    in (two-digit codes; none: all of them)."""

    encoding: str = "utf-8"
    japanese_headers: bool = True
    broken: float = 0.005
    prefectures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    people: int
    employers: int
    broken: int


@dataclass(frozen=True, slots=True)
class _Part:
    """Some employers with their people, to be made by whichever process is free."""

    seed: str
    first_employer: int
    employers: int
    people: int
    form: FileForm


@dataclass(frozen=True, slots=True)
class _Made:
    employers: bytes
    people: bytes
    counts: Written


def write_roster(directory: Path, *, count: int, seed: int, form: FileForm, processes: int = 1) -> Written:
    """Write `employers.csv` and `insured.csv` with at least `count` people; the same arguments give the same bytes,
    however many processes make them.

    In CP932 a household or employer with a character the encoding lacks is left out whole (𠮷 and variation selectors have
    no place in such a file), never changed.
    """
    # Not at the top: the making processes need the tables of neither file nor Django.
    from employers.intake import COLUMNS as EMPLOYER_COLUMNS  # noqa: PLC0415
    from issuance.intake import COLUMNS as PERSON_COLUMNS  # noqa: PLC0415

    directory.mkdir(parents=True, exist_ok=True)
    traps = _fitting([[*rows] for _, rows in groupby(trap_households(), key=lambda row: row.number)], form)
    people, employers, broken = len(traps), 2, 0
    with (
        (directory / "employers.csv").open("wb") as employer_file,
        (directory / "insured.csv").open("wb") as person_file,
    ):
        employer_file.write(_head(EMPLOYER_COLUMNS, form) + _encoded([OPEN_EMPLOYER, ENDED_EMPLOYER], form))
        person_file.write(_head(PERSON_COLUMNS, form) + _encoded(traps, form))
        for made in _all_made(_parts(count, seed, form), processes):
            employer_file.write(made.employers)
            person_file.write(made.people)
            people += made.counts.people
            employers += made.counts.employers
            broken += made.counts.broken
    return Written(people, employers, broken)


def _parts(count: int, seed: int, form: FileForm) -> list[_Part]:
    offices = min(max(1, count // PEOPLE_PER_EMPLOYER), MOST_EMPLOYERS)
    starts = range(0, offices, EMPLOYERS_PER_PART)
    parts = [
        _Part(f"{seed}/{start}", start, min(EMPLOYERS_PER_PART, offices - start), 0, form) for start in starts
    ]
    each, rest = divmod(count, len(parts))
    return [replace(part, people=each + (place < rest)) for place, part in enumerate(parts)]


def _all_made(parts: list[_Part], processes: int) -> Iterator[_Made]:
    """The parts in their order; by further processes where there is enough to do."""
    if min(processes, len(parts)) == 1:
        yield from map(_make, parts)
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        # A few at a time, so that what is made does not pile up before it is written.
        step = processes * 4
        for start in range(0, len(parts), step):
            yield from pool.map(_make, parts[start : start + step])


def _make(part: _Part) -> _Made:
    population, form = Population(part.seed, part.form.prefectures), part.form
    offices = [
        office for office in population.employers(part.first_employer, part.employers) if _fits(office, form)
    ]
    rows = _fitting(population.households(part.people, offices, TRAP_NUMBERS_END + 1), form)
    fate, broken = Random(f"{part.seed}/faults"), 0
    for place, row in enumerate(rows):
        if fate.random() < form.broken:
            rows[place] = break_row(fate, row)[0]
            broken += 1
    return _Made(_encoded(offices, form), _encoded(rows, form), Written(len(rows), len(offices), broken))


def _fitting(households: Iterable[list[PersonRow]], form: FileForm) -> list[PersonRow]:
    """The rows of the households in which every row can be written."""
    return [
        row for household in households if all(_fits(row, form) for row in household) for row in household
    ]


def _fits(row: EmployerRow | PersonRow, form: FileForm) -> bool:
    return form.encoding != "cp932" or not unencodable("".join(row))


def _head(columns: Sequence[Column], form: FileForm) -> bytes:
    mark = codecs.BOM_UTF8 if form.encoding == "utf-8-sig" else b""
    names = [column.header if form.japanese_headers else column.name for column in columns]
    return mark + _encoded([names], form)


def _encoded(rows: Iterable[Sequence[str]], form: FileForm) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n" if form.encoding == "cp932" else "\n").writerows(rows)
    return text.getvalue().encode("cp932" if form.encoding == "cp932" else "utf-8")
