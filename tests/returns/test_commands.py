from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from mailing.models import Envelope
from tests.factories.mailing import a_campaign, a_household, an_employer
from tests.factories.returns import desk, post_all, returns_file

if TYPE_CHECKING:
    from pathlib import Path

    from issuance.models import Campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(db: None) -> Campaign:
    campaign = a_campaign()
    a_household(campaign, *(f"{n:02d}" for n in range(5)), employer=an_employer())
    a_household(campaign, "00")
    post_all(campaign)
    return campaign


def run(*arguments: object, **options: Any) -> str:
    """The last line a command prints."""
    out = StringIO()
    call_command(*map(str, arguments), stdout=out, **options)
    return out.getvalue().splitlines()[-1]


def test_returns_are_taken_in_re_routed_and_seen_in_the_ledger(campaign: Campaign, tmp_path: Path) -> None:
    first, second, third = Envelope.objects.order_by("ordinal")
    path = returns_file(
        tmp_path / "returns.csv",
        (first.piece_no, "moved", "2025-09-01"),
        (third.piece_no, "moved", "2025-09-01"),
        ("1", "moved", "2025-09-01"),
        ("", "moved", "2025-09-01"),
    )
    person = desk().username
    counted = "rows=4 recorded=2 repeated=0 unknown=1 rejected=1"
    assert run("import_returns", "R7", path, by=person) == counted
    assert run("import_returns", "R7", path, by=person) == f"{counted} imported_before=1"
    assert run("reroute", "R7", cutoff="2025-09-30") == "rerouted=1 exceptions=1 employers=1"
    assert run("reroute", "R7", cutoff="R7.9.30") == "rerouted=0 exceptions=0 employers=0"
    assert run("export_ledger", "R7", tmp_path / "ledger.csv") == "rows=4"
    with (tmp_path / "ledger.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    picked = [
        (r["kind"], r["seq"], r["of"], r["edabans"], r["state"], r["parent_piece_no"], r["exception"])
        for r in rows
    ]
    assert picked == [
        ("personal", "1", "2", "00 01 02 03", "rerouted", "", ""),
        ("personal", "2", "2", "04", "posted", "", ""),
        ("personal", "1", "1", "00", "exception", "", "no_employer"),
        ("employer", "1", "1", "00 01 02 03", "planned", first.piece_no, ""),
    ]
    assert [row["piece_no"] for row in rows[:3]] == [first.piece_no, second.piece_no, third.piece_no]
    assert rows[3]["batch"] == "R7-13-E001"


def test_rejects_of_every_kind_of_file_are_written(campaign: Campaign, tmp_path: Path) -> None:
    run(
        "import_returns",
        "R7",
        returns_file(tmp_path / "r.csv", ("1", "lazy", "2025-09-01")),
        by=desk().username,
    )
    assert run("export_rejects", "R7", tmp_path / "rejects.csv") == "rows=1"
    text = (tmp_path / "rejects.csv").read_text(encoding="utf-8").splitlines()
    assert text == [
        "file,line,column,rule,message",
        "r.csv,2,reason,reason_code,還付理由のコードが正しくありません。",
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("reroute", "R9", "--cutoff", "2025-09-30"), "R9"),
        (("reroute", "R7", "--cutoff", "soon"), "日付"),
        (("import_returns", "R7", "no-such-file.csv", "--by", "nobody"), "nobody"),
    ],
)
def test_a_refusal_is_one_line(campaign: Campaign, arguments: tuple[str, ...], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command(*arguments)
