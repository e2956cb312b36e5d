"""After the time of keeping, two people let what a campaign says about people go; counts, evidence and audit stay."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from backoffice.background import Stopped
from backoffice.models import AccessLog, Change, Transition
from backoffice.refusal import Refused
from backoffice.services.audit_check import check_audit
from issuance.models import Campaign, Household, InsuredPerson, Reject, RosterImport
from mailing.models import Approval, Envelope, PrintBatch
from mailing.services import batch_file_path, evidence_of, package_path, printed_files, release_batch
from returns.models import Erasure, ExceptionEntry, ReturnEvent
from returns.queries import check_integrity, ledger_rows
from returns.services import (
    close_campaign,
    confirm_erasure,
    erase_campaign,
    erasing,
    erasure_due_on,
    propose_erasure,
    reopen_campaign,
    withdraw_erasure,
)
from tests.factories.endings import TELLING, an_ended_campaign
from tests.factories.mailing import MORNING, clerk, later, supervisor

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


@pytest.fixture
def closed() -> Campaign:
    """An ended campaign that keeps personal data for no time at all, closed."""
    campaign = an_ended_campaign(keep_months=0)
    close_campaign(campaign=campaign, at=MORNING, by=supervisor())
    campaign.refresh_from_db()
    return campaign


def proposed(campaign: Campaign) -> Erasure:
    return propose_erasure(campaign=campaign, at=MORNING, by=supervisor())


def erased(campaign: Campaign) -> Erasure:
    erasure = proposed(campaign)
    confirm_erasure(erasure=erasure, at=MORNING, by=supervisor())
    erase_campaign(erasure=erasure, at=later(hours=1), report=nothing)
    erasure.refresh_from_db()
    return erasure


def nothing(done: int, total: int) -> None:
    """Nobody watches."""


def refusal_of(work: Any, **values: Any) -> str:
    with pytest.raises(Refused) as refusal:
        work(**values)
    return refusal.value.code


def whole_database() -> dict[str, str]:
    """Every table that has rows, as one text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" AS t')
            found[table] = cursor.fetchone()[0] or ""
    return {table: text for table, text in found.items() if text}


def where_words_stand(words: tuple[str, ...]) -> dict[str, list[str]]:
    return {
        word: [table for table, text in whole_database().items() if word in text]
        for word in words
        if any(word in text for text in whole_database().values())
    }


def test_nothing_in_the_database_or_on_disk_names_anybody_any_more(closed: Campaign, folder: Path) -> None:
    assert set(where_words_stand(TELLING)) == set(TELLING)
    batch = PrintBatch.objects.filter(kind="personal").get()
    release_batch(batch=batch, directory=package_path(batch), by=supervisor(), at=MORNING)
    files = [path.suffix or "folder" for path in printed_files(closed)]
    assert sorted(files) == [".pdf"] * 3 + [".sheaf"] * 3 + ["folder"]
    erasure = erased(closed)
    assert where_words_stand(TELLING) == {}
    assert list(printed_files(closed)) == []
    assert {path.suffix for path in folder.rglob("*") if path.is_file()} == {".json"}
    assert (InsuredPerson.objects.count(), Household.objects.count()) == (0, 0)
    gone = {name: erasure.erased[name] for name in erasure.to_erase}
    assert gone == erasure.to_erase
    assert gone["people"] == 5
    assert erasure.erased_at == later(hours=1)


def test_counts_evidence_and_audit_stay(closed: Campaign) -> None:
    kept = (Envelope, PrintBatch, Approval, ReturnEvent, Transition, AccessLog, RosterImport, Reject)
    before = {model.__name__: model._default_manager.count() for model in kept}
    states = sorted(Envelope.objects.values_list("piece_no", "state", "batch_id", "content_sha256"))
    ledger = [(row[0], row[1], *row[5:7], *row[8:]) for row in ledger_rows(closed)]
    erasure = erased(closed)
    after = {model.__name__: model._default_manager.count() for model in kept}
    assert after == before
    assert sorted(Envelope.objects.values_list("piece_no", "state", "batch_id", "content_sha256")) == states
    assert [(row[0], row[1], *row[5:7], *row[8:]) for row in ledger_rows(closed)] == ledger
    assert {row[2:5] for row in ledger_rows(closed)} == {("", "", "")}
    assert erasure.kept["branches"]["13"]["targets"] == 5
    assert ["personal", "rerouted", 1] in erasure.kept["envelopes"]
    deleted = Change.objects.filter(operation="delete", entity="issuance.insuredperson")
    assert deleted.count() == 5
    assert list(check_audit()) == []
    assert evidence_of(PrintBatch.objects.filter(kind="personal").first())  # type: ignore[arg-type]


def test_the_invariants_of_an_erased_campaign_are_those_of_the_day_it_was_prepared(closed: Campaign) -> None:
    assert [finding.proven_on for finding in check_integrity(closed)] == [None] * 9
    erasure = erased(closed)
    findings = check_integrity(closed)
    assert {(finding.breaches, str(finding.proven_on)) for finding in findings} == {(0, "2025-07-21")}
    assert [[f.number, f.name, f.breaches] for f in findings] == erasure.kept["integrity"]
    out = StringIO()
    call_command("check_integrity", "R7", stdout=out)
    assert "breaches=0 (proven_on=2025-07-21)" in out.getvalue()


def test_stopped_between_two_blocks_it_goes_on_where_it_was(
    closed: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "HOUSEHOLDS_AT_ONCE", 1)
    erasure = proposed(closed)
    confirm_erasure(erasure=erasure, at=MORNING, by=supervisor())
    told = []

    def stop_after_one(done: int, total: int) -> None:
        told.append((done, total))
        if done == 1:
            raise Stopped

    with pytest.raises(Stopped):
        erase_campaign(erasure=erasure, at=MORNING, report=stop_after_one)
    assert (told, Household.objects.count()) == ([(0, 3), (1, 3)], 2)
    erase_campaign(erasure=erasure, at=MORNING, report=nothing)
    again = erase_campaign(erasure=erasure, at=later(days=1), report=nothing)
    erasure.refresh_from_db()
    assert {name: again[name] for name in erasure.to_erase} == erasure.to_erase
    assert erasure.erased_at == MORNING


def test_another_campaigns_people_are_left_alone(closed: Campaign) -> None:
    other = Campaign.objects.create(code="R8", name="R8", ordinal=2, created_at=MORNING)
    mine = Household.objects.first()
    assert mine
    kept = Household.objects.create(
        campaign=other, branch=mine.branch, insurer_no=mine.insurer_no, symbol=mine.symbol, number="99"
    )
    erased(closed)
    assert list(Household.objects.all()) == [kept]


def test_who_prepared_it_does_not_confirm_it(closed: Campaign) -> None:
    by = supervisor()
    erasure = propose_erasure(campaign=closed, at=MORNING, by=by)
    assert refusal_of(confirm_erasure, erasure=erasure, at=MORNING, by=by) == "same_person"
    rows = Erasure.objects.filter(pk=erasure.pk)
    with pytest.raises(IntegrityError, match="erasure_is_confirmed_by_another_person"), transaction.atomic():
        rows.update(confirmed_at=MORNING, confirmed_by=by)
    assert refusal_of(erase_campaign, erasure=erasure, at=MORNING, report=nothing) == "not_confirmed"
    confirm_erasure(erasure=erasure, at=MORNING, by=supervisor())
    for late in (confirm_erasure, withdraw_erasure):
        assert refusal_of(late, erasure=erasure, at=MORNING, by=supervisor()) == "already_decided"


def test_an_erasure_that_is_withdrawn_lets_the_campaign_go_on(closed: Campaign) -> None:
    erasure = proposed(closed)
    assert refusal_of(reopen_campaign, campaign=closed, by=supervisor()) == "erasure_stands"
    assert refusal_of(propose_erasure, campaign=closed, at=MORNING, by=supervisor()) == "already_proposed"
    withdraw_erasure(erasure=erasure, at=MORNING, by=supervisor())
    reopen_campaign(campaign=closed, by=supervisor())
    assert refusal_of(propose_erasure, campaign=closed, at=MORNING, by=supervisor()) == "not_closed"


def test_nothing_is_erased_before_its_time() -> None:
    campaign = an_ended_campaign(keep_months=6)
    assert erasure_due_on(campaign) is None
    close_campaign(campaign=campaign, at=MORNING, by=supervisor())
    campaign.refresh_from_db()
    assert str(erasure_due_on(campaign)) == "2026-01-21"
    early = later(days=183)
    assert refusal_of(propose_erasure, campaign=campaign, at=early, by=supervisor()) == "too_early"
    assert propose_erasure(campaign=campaign, at=later(days=184), by=supervisor()).to_erase["people"] == 5


def test_what_is_wrong_is_found_out_while_the_data_is_there(closed: Campaign) -> None:
    RosterImport.objects.update(rows=99, rejected=94)
    assert refusal_of(propose_erasure, campaign=closed, at=MORNING, by=supervisor()) == "integrity_broken"


def test_words_of_staff_are_blanked_by_an_erasure_only(closed: Campaign) -> None:
    entries = ExceptionEntry.objects.exclude(note="")
    for change in ({"note": ""}, {"note": "別の言葉"}, {"step": "due"}):
        with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
            entries.update(**change)
    erased(closed)
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        ExceptionEntry.objects.all().delete()
    assert not entries.exists()


def test_erasing_is_for_those_who_manage_campaigns(closed: Campaign) -> None:
    with pytest.raises(PermissionDenied):
        propose_erasure(campaign=closed, at=MORNING, by=clerk())
    erasure = proposed(closed)
    for work in (confirm_erasure, withdraw_erasure):
        with pytest.raises(PermissionDenied):
            work(erasure=erasure, at=MORNING, by=clerk())


def test_the_printed_file_of_an_erased_batch_is_refused_in_words(closed: Campaign) -> None:
    batch = PrintBatch.objects.filter(kind="personal").first()
    assert batch
    erased(closed)
    assert refusal_of(batch_file_path, batch=batch) == "no_file"


def test_two_people_erase_a_campaign_from_the_command_line() -> None:
    an_ended_campaign(keep_months=0)
    one, other = supervisor().username, supervisor().username
    said = StringIO()

    def run(*words: str) -> str:
        call_command(*words, stdout=said)
        return said.getvalue().splitlines()[-1]

    assert run("close_campaign", "R7", f"--by={one}").startswith("campaign=R7 closed=1 erasable_from=")
    with pytest.raises(CommandError, match="準備されていません"):
        run("erase_campaign", "R7", "--confirm", f"--by={other}")
    for _again in range(2):
        assert run("erase_campaign", "R7", f"--by={one}") == "campaign=R7 proposed=1 confirmed=0 erased=0"
    assert "erase people 5\n" in said.getvalue()
    assert "keep certificates void/returned 2\n" in said.getvalue()
    with pytest.raises(CommandError, match="別の担当者"):
        run("erase_campaign", "R7", "--confirm", f"--by={one}")
    for _again in range(2):
        assert " people=5 " in run("erase_campaign", "R7", "--confirm", f"--by={other}")
    assert Change.objects.filter(entity="issuance.insuredperson", by__username=other).count() == 5
    assert run("erase_campaign", "R7", f"--by={one}") == "campaign=R7 proposed=1 confirmed=1 erased=1"
