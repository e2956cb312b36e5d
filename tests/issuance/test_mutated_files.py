"""Rosters damaged on the way: every row is judged by the bulk path as the row rules judge it, and stored as they say.

The long runs are `TODOKE_MUTATED_ROWS=100000` and `TODOKE_MUTATED_FILES=10000`.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from backoffice.file_intake import RefusedFile, open_table
from demo.files import FileForm, write_roster
from issuance.intake import COLUMNS, judge_person
from issuance.models import InsuredPerson, RosterImport
from issuance.services import import_insured
from issuance.sql.roster import STAGED_COLUMNS
from tests.factories.backoffice import MORNING
from tests.factories.issuance import CampaignFactory
from tests.issuance.roster_files import rejected

if TYPE_CHECKING:
    from pathlib import Path

    from issuance.models import Campaign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("way")]

ROWS = int(os.environ.get("TODOKE_MUTATED_ROWS", "1500"))
FILES = int(os.environ.get("TODOKE_MUTATED_FILES", "40"))
ENCODINGS = ["utf-8", "utf-8-sig", "cp932"]
HOUSEHOLD_COLUMNS = frozenset({"insurer_no", "symbol", "number"})
MUTATIONS = ["cut", "quote", "nul", "blank", "wide", "formula", "doubled", "tab", "backslash", "swap", "date"]
FILE_MUTATIONS = [
    "none", "other_encoding", "truncated", "header_doubled", "header_gone", "semicolons", "tabs", "all_quoted",
    "carriage_returns", "empty", "byte_lost", "utf-16",
]  # fmt: skip


class Undo(Exception):
    """Rolls one file back."""


def mutated(line: str, way: str, fate: random.Random) -> str:
    """The line with one thing done to it."""
    place = fate.randrange(len(line))
    return {
        "cut": line[:place],
        "quote": f'{line[:place]}"{line[place:]}',
        "nul": f"{line[:place]}\0{line[place:]}",
        "blank": line.replace(",", ", \u3000", 3),
        "wide": line.replace("0", "０", 1),
        "formula": line.replace(",1,", ",=1+1,", 1),
        "doubled": f"{line}\n{line}",
        "tab": f"{line[:place]}\t{line[place:]}",
        "backslash": f"{line[:place]}\\N{line[place:]}",
        "swap": line[: place - 1] + line[place : place + 1] + line[place - 1 : place] + line[place + 1 :],
        "date": line.replace(",19", ",昭和64年1月8日", 1),
    }[way]


def mutated_file(text: str, way: str, encoding: str, fate: random.Random) -> bytes:
    """The bytes of a file with one thing done to all of it."""
    head, rest = text.split("\n", 1)
    data = text.encode(encoding, "ignore")
    place = fate.randrange(len(data))
    quoted = "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in text.splitlines())
    return {
        "none": data,
        "other_encoding": text.encode("cp932" if encoding.startswith("utf") else "utf-8", "ignore"),
        "truncated": data[:place],
        "header_doubled": f"{head}\n{text}".encode(encoding, "ignore"),
        "header_gone": rest.encode(encoding, "ignore"),
        "semicolons": text.replace(",", ";").encode(encoding, "ignore"),
        "tabs": text.replace(",", "\t").encode(encoding, "ignore"),
        "all_quoted": quoted.encode(encoding, "ignore"),
        "carriage_returns": text.replace("\n", "\r\n").encode(encoding, "ignore"),
        "empty": b"",
        "byte_lost": data[:place] + data[place + 1 :],
        "utf-16": text.encode("utf-16"),
    }[way]


def damaged(lines: list[str], share: float, fate: random.Random) -> list[str]:
    return [mutated(line, fate.choice(MUTATIONS), fate) if fate.random() < share else line for line in lines]


def assert_agrees(record: RosterImport, path: Path, campaign: Campaign) -> None:
    """Each row of the file is stored as the row rules say, or rejected with at least every rule they name."""
    found: dict[int, set[tuple[str, str]]] = {}
    for line, column, rule in rejected(record):
        found.setdefault(line, set()).add((column, rule))
    stored = {
        person.line: person
        for person in InsuredPerson.objects.select_related("household").filter(source=record)
    }
    rows = 0
    for row in open_table(path, COLUMNS):
        rows += 1
        if not hasattr(row, "values"):
            assert found[row.line] == {("", row.rule)}
            continue
        values, problems = judge_person(row.values, reference_date=campaign.reference_date)
        assert {(p.column, p.rule) for p in problems} <= found.get(row.line, set())
        assert (row.line in stored) is (row.line not in found)
        if row.line in stored:
            person = stored[row.line]
            assert {
                name: getattr(person.household if name in HOUSEHOLD_COLUMNS else person, name)
                for name in STAGED_COLUMNS
            } == values
    assert (record.rows, record.rejected, record.accepted) == (rows, len(found), len(stored))


def answer_to(path: Path, campaign: Campaign) -> RosterImport | RefusedFile:
    try:
        return import_insured(campaign=campaign, path=path, file_name="x", at=MORNING, by=None)
    except RefusedFile as refusal:
        return refusal


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_mutated_roster_is_judged_as_row_by_row(tmp_path: Path, encoding: str) -> None:
    fate = random.Random(encoding)
    write_roster(tmp_path, count=ROWS, seed=11, form=FileForm(encoding, broken=0.03, prefectures=("13",)))
    path = tmp_path / "insured.csv"
    head, *lines = path.read_bytes().decode(encoding).replace("\r\n", "\n").splitlines()
    path.write_bytes("\n".join([head, *damaged(lines, 0.2, fate), ""]).encode(encoding, "ignore"))
    campaign = CampaignFactory.create()
    record = import_insured(campaign=campaign, path=path, file_name="x", at=MORNING, by=None)
    assert_agrees(record, path, campaign)


def test_mutated_files_are_refused_as_a_whole_or_judged_as_row_by_row(tmp_path: Path) -> None:
    fate = random.Random(4)
    write_roster(tmp_path, count=300, seed=5, form=FileForm("utf-8", broken=0.03, prefectures=("13",)))
    head, *lines = (tmp_path / "insured.csv").read_text().splitlines()
    campaign, path, answers = CampaignFactory.create(), tmp_path / "mutated.csv", Counter[str]()
    for number in range(FILES):
        start = fate.randrange(len(lines) - 20)
        chosen = damaged(lines[start : start + 20], fate.choice([0.0, 0.1, 0.5]), fate)
        way = FILE_MUTATIONS[number % len(FILE_MUTATIONS)]
        text = "\n".join([head, *chosen, ""])
        path.write_bytes(mutated_file(text, way, fate.choice(ENCODINGS), fate))
        with pytest.raises(Undo), transaction.atomic():  # noqa: PT012 - what was taken in is rolled back
            answer = answer_to(path, campaign)
            if isinstance(answer, RefusedFile):
                assert (bool(answer.code), bool(answer.message), RosterImport.objects.exists()) == (
                    True,
                    True,
                    False,
                )
                answers["refused"] += 1
            else:
                assert_agrees(answer, path, campaign)
                answers["taken in"] += 1
            raise Undo
    print(dict(answers))
    assert answers["refused"] + answers["taken in"] == FILES
    assert min(answers["refused"], answers["taken in"]) > 0
