"""Writing the files: encoding, headers and line ends as asked; nothing is ever replaced to make it fit."""

from __future__ import annotations

import csv
from dataclasses import astuple, dataclass, fields
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING

from demo.faults import break_row
from demo.population import PEOPLE_PER_EMPLOYER, EmployerRow, PersonRow, employers, people
from demo.traps import ENDED_EMPLOYER, OPEN_EMPLOYER, trap_households
from employers.intake import COLUMNS as EMPLOYER_COLUMNS
from issuance.intake import COLUMNS as PERSON_COLUMNS
from japan.cp932 import unencodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

TRAP_NUMBERS_END = 1000


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


def write_roster(directory: Path, *, count: int, seed: int, form: FileForm) -> Written:
    """Write `employers.csv` and `insured.csv` with at least `count` people; the same arguments give the same bytes.

    In CP932 a household or employer with a character the encoding lacks is left out whole (𠮷 and variation selectors have
    no place in such a file), never changed.
    """
    random = Random(seed)
    offices = [
        office
        for office in employers(random, max(1, count // PEOPLE_PER_EMPLOYER), form.prefectures)
        if _fits(office, form)
    ]
    directory.mkdir(parents=True, exist_ok=True)
    _write(directory / "employers.csv", EMPLOYER_COLUMNS, [OPEN_EMPLOYER, ENDED_EMPLOYER, *offices], form)
    broken = 0

    def rows() -> Iterator[PersonRow]:
        nonlocal broken
        yield from _fitting(trap_households(), form)
        for row in _fitting(people(random, count, offices), form):
            if random.random() < form.broken:
                broken += 1
                yield break_row(random, _moved(row))[0]
            else:
                yield _moved(row)

    written = _write(directory / "insured.csv", PERSON_COLUMNS, rows(), form)
    return Written(written, len(offices) + 2, broken)


def _moved(row: PersonRow) -> PersonRow:
    """Numbers of generated households start above those of the trap households."""
    number = str(int(row.number) + TRAP_NUMBERS_END)
    values = [number if field.name == "number" else getattr(row, field.name) for field in fields(row)]
    return PersonRow(*values)


def _fitting(rows: Iterable[PersonRow], form: FileForm) -> Iterator[PersonRow]:
    """The households in which every row can be written."""
    for _key, household in groupby(rows, key=lambda row: (row.insurer_no, row.symbol, row.number)):
        whole = list(household)
        if all(_fits(row, form) for row in whole):
            yield from whole


def _fits(row: EmployerRow | PersonRow, form: FileForm) -> bool:
    return form.encoding != "cp932" or not unencodable("".join(astuple(row)))


def _write(
    path: Path, columns: Sequence[object], rows: Iterable[EmployerRow | PersonRow], form: FileForm
) -> int:
    count = 0
    with path.open("w", encoding=form.encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n" if form.encoding == "cp932" else "\n")
        writer.writerow([getattr(c, "header" if form.japanese_headers else "name") for c in columns])
        for row in rows:
            writer.writerow(astuple(row))
            count += 1
    return count
