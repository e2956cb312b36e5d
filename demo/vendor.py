"""A print vendor to rehearse with: reads a package as a vendor does, and answers well or badly, as asked.

It knows nothing but the files it is given (interfaces §4); what it answers is a results file.
"""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import pikepdf

from backoffice.refusal import Refused
from japan.piece_number import ENVELOPE_SHIFT, piece_number

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

HEADER = ("piece_no", "make_no", "outcome")
ENVELOPES_FILE, PULL_LIST_FILE, PRINT_FILE, MANIFEST_FILE = (
    "envelopes.csv",
    "pull_list.csv",
    "batch.pdf",
    "manifest.json",
)
# A campaign numbers its pieces from 1; so high a number was never given.
NEVER_GIVEN = 99_999_999_999
SHARE = 10

Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong at the vendor's; each may be combined with the others.

    `late`: half of the pieces are reported in a second file. `missing`, `spoiled`: one piece in ten is. `surplus`: a make
    nobody ordered. `wrong_count`: the last piece is not reported at all. `duplicate`: a piece is reported twice.
    `unknown`: a number that is on no envelope.
    """

    late: bool = False
    missing: bool = False
    surplus: bool = False
    spoiled: bool = False
    wrong_count: bool = False
    duplicate: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The results file, the one that follows later (empty unless late), and how many rows both have."""

    first: Path
    second: Path | None
    rows: int


def answer(package: Path, *, seed: int, faults: Faults, beside: Path | None = None) -> Answer:
    """Check the package, "print" it, and write the results beside it, or beside another path; the same seed gives the same answer.

    :raises Refused: `bad_package`: a file is missing, differs from its checksum, or the counts do not come out.
    """
    pieces, pulled = _received(package)
    place = beside or package
    random = Random(seed)
    rows = [(piece, make, "pulled" if piece in pulled else "inserted") for piece, make in pieces]
    rows = _mishandled(rows, random, faults)
    half = len(rows) // 2 if faults.late else len(rows)
    first = _write(place.with_name(f"{place.name}-results.csv"), rows[:half])
    second = _write(place.with_name(f"{place.name}-results-late.csv"), rows[half:]) if faults.late else None
    return Answer(first, second, len(rows))


def _received(package: Path) -> tuple[list[tuple[str, str]], set[str]]:
    """What a careful vendor does when a package comes in: checksums, page counts, piece counts."""
    try:
        manifest = json.loads((package / MANIFEST_FILE).read_bytes())
        for name, sha256 in manifest["files"].items():
            if hashlib.sha256((package / name).read_bytes()).hexdigest() != sha256:
                raise Refused("bad_package", f"{name}: checksum differs")
        rows = _read(package / ENVELOPES_FILE)
        with pikepdf.open(package / PRINT_FILE) as printed:
            pages = len(printed.pages)
        ordered = manifest["counts"]
        counts = (ordered["envelopes"], ordered["cards"])
        pulled = {row["piece_no"] for row in _read(package / PULL_LIST_FILE)} if ordered["pulled"] else set()
        found = (len(rows), sum(int(row["cards"]) for row in rows))
        sheets = sum(int(row["pages"]) for row in rows)
        pieces = [(row["piece_no"], row["make_no"]) for row in rows]
    except (OSError, ValueError, KeyError, TypeError, pikepdf.PdfError) as error:
        raise Refused("bad_package", f"the package cannot be read: {type(error).__name__}") from None
    if not pieces or found != counts:
        raise Refused("bad_package", "envelopes.csv is empty, or the manifest counts differently")
    if sheets != pages:
        raise Refused("bad_package", "batch.pdf has another number of pages")
    return pieces, pulled


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="cp932", newline="") as file:
        return list(csv.DictReader(file))


def _mishandled(rows: list[Row], random: Random, faults: Faults) -> list[Row]:
    inserted = [place for place, row in enumerate(rows) if row[2] == "inserted"]
    wrong = random.sample(inserted, min(len(inserted), 2 * max(1, len(rows) // SHARE)))
    for outcome, places in (("missing", wrong[::2]), ("spoiled", wrong[1::2])):
        if getattr(faults, outcome):
            for place in places:
                rows[place] = (*rows[place][:2], outcome)
    extra: list[Row] = []
    if faults.surplus:
        piece, make, _outcome = random.choice(rows)
        extra.append((piece, str(int(make) + 1), "inserted"))
    if faults.duplicate:
        extra.append(random.choice(rows))
    if faults.unknown:
        extra.append((piece_number(NEVER_GIVEN, shift=ENVELOPE_SHIFT), "1", "inserted"))
    return (rows[:-1] if faults.wrong_count else rows) + extra


def _write(path: Path, rows: Iterable[Row]) -> Path:
    with path.open("w", encoding="cp932", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows)
    return path
