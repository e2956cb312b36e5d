from __future__ import annotations

import io
import time
from contextlib import redirect_stdout
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command

from backoffice.progress import TerminalClock, TerminalProgress
from issuance.models import Campaign, InsuredPerson
from tests.factories.issuance import CampaignFactory
from tests.issuance.roster_files import (
    dependant,
    employer,
    employer_file,
    person,
    roster_file,
    take_in,
    take_in_employer,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def run(*words: object) -> str:
    out = io.StringIO()
    call_command(*map(str, words), stdout=out)
    return out.getvalue().splitlines()[-1]


def refusal(*words: object) -> str:
    with pytest.raises(CommandError) as error:
        run(*words)
    assert (error.value.returncode, "\n" in str(error.value)) == (1, False)
    return str(error.value)


@pytest.fixture
def campaign() -> Campaign:
    return CampaignFactory.create(code="R7")


def test_create_campaign_takes_every_column_and_says_when_it_stood_there() -> None:
    words = [
        *(
            "create_campaign",
            "R7",
            "--name",
            "令和7年一括",
            "--reference-date",
            "R7.5.31",
            "--decided-by",
            "2024-12-01",
        ),
        *("--cards-per-envelope", "3", "--deadline", "令和7年11月30日", "--forwarding", "no"),
    ]
    assert run(*words) == "campaign=R7 created=1"
    made = Campaign.objects.get()
    assert (
        made.name,
        made.reference_date,
        made.decided_by,
        made.cards_per_envelope,
        made.deadline,
        made.forwarding,
    ) == (
        "令和7年一括",
        date(2025, 5, 31),
        date(2024, 12, 1),
        3,
        date(2025, 11, 30),
        False,
    )
    assert run(*words) == "campaign=R7 created=0"
    assert "別の値" in refusal("create_campaign", "R7", "--forwarding", "1")


def test_every_column_of_a_campaign_has_an_option() -> None:
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit):
        call_command("create_campaign", "--help")
    names = {field.name for field in Campaign._meta.concrete_fields}
    names -= {"id", "public_id", "code", "ordinal", "created_at", "closed_at", "closed_by"}
    assert [name for name in sorted(names) if f"--{name.replace('_', '-')} " not in out.getvalue()] == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--reference-date", "平成31年5月1日"),
        ("--reference-date", "tomorrow"),
        ("--cards-per-envelope", "four"),
        ("--forwarding", "perhaps"),
    ],
)
def test_create_campaign_refuses_an_unreadable_value(option: str, value: str) -> None:
    assert option in refusal("create_campaign", "R7", option, value)
    assert Campaign.objects.count() == 0


def test_import_employers_prints_its_counts_and_says_when_it_is_repeated(
    tmp_path: Path, campaign: Campaign
) -> None:
    path = employer_file(tmp_path, employer(), employer(symbol="0"))
    assert run("import_employers", "R7", path) == "rows=2 accepted=1 rejected=1"
    assert run("import_employers", "R7", path) == "rows=2 accepted=1 rejected=1 repeated=1"


def test_import_insured_prints_its_counts_and_says_when_it_is_repeated(
    tmp_path: Path, campaign: Campaign
) -> None:
    take_in_employer(tmp_path, campaign)
    path = roster_file(tmp_path, person(), dependant(), dependant("0"))
    assert run("import_insured", "R7", path) == "rows=3 accepted=2 rejected=1"
    assert run("import_insured", "R7", path) == "rows=3 accepted=2 rejected=1 repeated=1"


@pytest.mark.parametrize("command", ["import_employers", "import_insured"])
def test_imports_refuse_unknown_campaigns_and_files(tmp_path: Path, campaign: Campaign, command: str) -> None:
    assert "登録されていません" in refusal(command, "R8", tmp_path / "x.csv")
    assert "見つからない" in refusal(command, "R7", tmp_path / "x.csv")
    (tmp_path / "x.csv").write_bytes(b"\xff\xff")
    assert "文字コード" in refusal(command, "R7", tmp_path / "x.csv")
    assert InsuredPerson.objects.count() == 0


def test_select_targets_and_export_selection(tmp_path: Path, campaign: Campaign) -> None:
    take_in_employer(tmp_path, campaign)
    rows = [person(), dependant(card_held="0", myna_status="1"), dependant("02", nondisclosure="1")]
    take_in(tmp_path, campaign, *rows)
    assert run("select_targets", "R7") == "targets=1 held=1 excluded=1 fresh=3"
    assert run("select_targets", "R7") == "targets=1 held=1 excluded=1 fresh=0"
    out = tmp_path / "out.csv"
    assert run("export_selection", "R7", out) == "rows=3"
    assert out.read_text() == (
        "insurer_no,symbol,number,edaban,outcome,reasons\n"
        "01130012,21000001,1,00,target,\n"
        "01130012,21000001,1,01,excluded,no_old_card myna_usable\n"
        "01130012,21000001,1,02,held,nondisclosure\n"
    )


def test_select_and_export_refuse_an_unknown_campaign_or_place(tmp_path: Path, campaign: Campaign) -> None:
    assert "登録されていません" in refusal("select_targets", "R8")
    assert "登録されていません" in refusal("export_selection", "R8", tmp_path / "out.csv")
    assert "書き込めません" in refusal("export_selection", "R7", tmp_path / "none" / "out.csv")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_shows_on_a_terminal_only() -> None:
    lines = ["", f"  0 % {'':10}", f" 50 % {7:10}", f"{'':16}", ""]
    for stream, shown in ((Terminal(), "\r".join(lines)), (io.StringIO(), "")):
        progress = TerminalProgress(stream)
        for done, total, rows in ((0, 0, 0), (50, 100, 7), (50, 100, 8)):
            progress(done, total, rows)
        progress.end()
        assert stream.getvalue() == shown


def test_progress_that_never_began_clears_nothing() -> None:
    stream = Terminal()
    TerminalProgress(stream).end()
    assert stream.getvalue() == ""


def test_work_that_cannot_say_how_far_it_is_shows_its_seconds_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(TerminalClock, "AFTER", 0.0)
    for stream, shown in ((Terminal(), True), (io.StringIO(), False)):
        with TerminalClock(stream, every=0.001):
            until = time.monotonic() + 10
            while shown and "s …" not in stream.getvalue() and time.monotonic() < until:
                time.sleep(0.001)
        assert ("\r0 s … " in stream.getvalue(), stream.getvalue().endswith("\r")) == (shown, shown)


def test_quick_work_shows_nothing() -> None:
    stream = Terminal()
    with TerminalClock(stream):
        pass
    assert stream.getvalue() == ""


def test_a_file_refused_as_a_whole_is_named(tmp_path: Path, campaign: Campaign) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("氏名,知らない列\n")
    assert refusal("import_insured", "R7", path).startswith("roster.csv: ")
