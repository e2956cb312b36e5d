from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from issuance.models import Campaign, Certificate
from issuance.services import publish_target_lists, void_certificates
from issuance.states import VoidCause
from mailing.models import Envelope
from mailing.services import pack_target_lists, pull_lost_envelopes
from mailing.services.file_store import ARTIFACTS, stored
from returns.queries import check_integrity
from returns.services import reroute
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    approve,
    envelopes_of,
    lose,
    pack_and_plan,
    release,
    supervisor,
)
from tests.factories.returns import CUTOFF, come_back, post_all

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_data_dir(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture
def campaign(db: None) -> Campaign:
    """A sound campaign with a bit of everything: five cards, a held household, returns, a cycle, an exception, a list."""
    campaign, employer = a_campaign(), an_employer()
    a_household(campaign, *(f"{n:02d}" for n in range(5)), employer=employer)
    a_household(campaign, "00", employer=employer)
    a_household(campaign, "00", held=True, employer=employer)
    a_household(campaign, "00")
    post_all(campaign)
    for envelope in Envelope.objects.all()[:4]:
        come_back(envelope)
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    publish_target_lists(campaign=campaign, at=MORNING, by=None)
    pack_target_lists(campaign=campaign, at=MORNING, by=None)
    settle()
    return campaign


def settle() -> None:
    """The roster import of the factories says how many people it brought."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE issuance_rosterimport AS i SET accepted = n, rows = n FROM "
            "(SELECT source_id, count(*) AS n FROM issuance_insuredperson GROUP BY source_id) AS p WHERE p.source_id = i.id"
        )


def breaches(campaign: Campaign) -> dict[int, tuple[str, ...]]:
    """The broken invariants, by number, with their details."""
    return {finding.number: finding.details for finding in check_integrity(campaign) if finding.breaches}


def break_it(*statements: str, without: str = "") -> None:
    """What no service would do: triggers, foreign keys and, where named (`table.constraint`), a check are out of the way."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if without:
            table, constraint = without.split(".")
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")


def test_a_sound_campaign_has_no_breach(campaign: Campaign) -> None:
    assert breaches(campaign) == {}


def test_a_fresh_campaign_has_no_breach() -> None:
    assert breaches(a_campaign()) == {}


BREAKS: list[tuple[int, str, tuple[str, ...]]] = [
    (
        1,
        "accepted_rows_are_not_people=1",
        ("UPDATE issuance_rosterimport SET accepted = accepted + 1, rows = rows + 1",),
    ),
    (
        1,
        "rejected_rows_without_reason=1",
        ("UPDATE issuance_rosterimport SET rejected = 1, rows = rows + 1",),
    ),
    (
        2,
        "people_without_outcome=1",
        (
            "DELETE FROM issuance_selection WHERE person_id = (SELECT person_id FROM issuance_selection WHERE outcome = 'held')",
        ),
    ),
    (
        2,
        "eligible_targets_without_certificate=",
        (
            "UPDATE issuance_certificate SET state = 'void', void_cause = 'returned', voided_at = now() WHERE state = 'live'",
        ),
    ),
    (
        2,
        "live_after_loss=",
        ("UPDATE issuance_insuredperson SET later_lost_on = '2025-09-01', later_loss_source_id = 0",),
    ),
    (
        2,
        "certificates_of_people_who_are_no_targets=",
        ("UPDATE issuance_selection SET outcome = 'held', reasons = '{nondisclosure}'",),
    ),
    (3, "not_in_a_live_envelope=", ("DELETE FROM mailing_enclosedcard",)),
    (
        3,
        "too_many_or_uncounted_cards=",
        ("UPDATE mailing_envelope SET card_count = 3 WHERE kind = 'personal'",),
    ),
    (
        3,
        "two_households_in_one_envelope=",
        (
            "UPDATE mailing_envelope SET household_id = (SELECT max(id) FROM issuance_household) WHERE seq = 2",
        ),
    ),
    (4, "holes_in_seq=", ("UPDATE mailing_envelope SET of = 9 WHERE kind = 'personal'",)),
    (
        4,
        "employer_envelope_without_returned_parent=",
        ("UPDATE mailing_envelope SET parent_id = NULL WHERE kind = 'employer'",),
    ),
    (5, "branches_that_do_not_add_up=1", ("DELETE FROM mailing_enclosedcard",)),
    (7, "end_without_what_it_says=", ("UPDATE returns_returnevent SET state = 'waiting'",)),
    (
        7,
        "returned_without_event=",
        ("DELETE FROM returns_deliveryexception", "DELETE FROM returns_returnevent"),
    ),
    (9, "held_cards=", ("UPDATE issuance_insuredperson SET nondisclosure = true",)),
    (9, "held_on_a_list=", ("UPDATE issuance_insuredperson SET nondisclosure = true",)),
]


CHECKED = {
    "employer_envelope_without_returned_parent=": "mailing_envelope.envelope_belongs_where_its_kind_says",
    "end_without_what_it_says=": "returns_returnevent.return_cycle_matches_state",
}


CHECKED = {
    "employer_envelope_without_returned_parent=": "mailing_envelope.envelope_belongs_where_its_kind_says",
    "end_without_what_it_says=": "returns_returnevent.return_cycle_matches_state",
}


@pytest.mark.parametrize(
    ("number", "detail", "statements"), BREAKS, ids=[f"{b[0]}-{b[1].split('=')[0]}" for b in BREAKS]
)
def test_each_breach_is_found(
    campaign: Campaign, number: int, detail: str, statements: tuple[str, ...]
) -> None:
    break_it(*statements, without=CHECKED.get(detail, ""))
    assert [found for found in breaches(campaign)[number] if found.startswith(detail)] != []


def test_rows_that_do_not_add_up_are_found(campaign: Campaign) -> None:
    statement = "UPDATE issuance_rosterimport SET rows = rows + 1"
    break_it(statement, without="issuance_rosterimport.roster_import_rows_add_up")
    assert breaches(campaign) == {1: ("rows_do_not_add_up=1",)}


def test_a_second_live_certificate_is_found(campaign: Campaign) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_live_certificate_per_person")
    live = Certificate.objects.filter(state="live").first()
    assert live is not None
    Certificate.objects.filter(pk=live.pk).update()
    live.pk, live.ordinal, live.serial = None, 999, "C999"
    live.save()
    assert breaches(campaign)[2] == ("two_live_certificates=1",)


def test_a_seq_used_twice_is_found(campaign: Campaign) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_live_envelope_per_seq")
    break_it("UPDATE mailing_envelope SET seq = 1, of = 1 WHERE kind = 'personal'")
    assert "seq_used_twice=1" in breaches(campaign)[4]


def test_a_batch_that_does_not_add_up_is_found(tmp_path: Path) -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    batch = release(pack_and_plan(campaign), tmp_path / "package")
    settle()
    assert breaches(campaign) == {}
    break_it(
        "UPDATE mailing_printbatch SET state = 'closed', reconciled_at = now(), posted_on = now(), closed_at = now()"
    )
    assert breaches(campaign) == {6: ("batch_difference=1",)}
    (envelope,) = envelopes_of(batch)
    break_it(
        "INSERT INTO mailing_vendorresult (batch_id, envelope_id, make_no, outcome, recorded_at, recorded_by_id) "
        f"VALUES ({batch.pk}, {envelope.pk}, 1, 'missing', now(), {supervisor().pk})"
    )
    assert breaches(campaign) == {6: ("closed_batch_misses_pieces=1",)}


def test_an_approved_file_that_changed_is_found() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    batch = approve(pack_and_plan(campaign))
    settle()
    assert breaches(campaign) == {}
    path = stored(ARTIFACTS, batch.artifacts.get(name="batch.pdf").sha256)
    path.write_bytes(path.read_bytes() + b"%")
    assert breaches(campaign) == {8: ("approved_file_changed=1",)}


def test_an_approval_by_the_submitter_is_found() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    approve(pack_and_plan(campaign))
    break_it(
        "UPDATE mailing_printbatch SET approved_by_id = submitted_by_id",
        without="mailing_printbatch.batch_approver_is_not_submitter",
    )
    assert breaches(campaign)[8] == ("approver_is_submitter=1", "approved_without_decision=1")


def test_a_loss_before_posting_keeps_the_campaign_sound() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00", "01")
    pack_and_plan(campaign)
    settle()
    lose(household.people.get(edaban="01"))
    lost = Certificate.objects.filter(person__edaban="01")
    void_certificates(certificates=lost, cause=VoidCause.LOST, at=MORNING, by=None)
    pull_lost_envelopes(campaign=campaign, at=MORNING, by=None)
    assert breaches(campaign) == {}
    assert sorted(Envelope.objects.values_list("state", flat=True)) == ["planned", "pulled"]


def test_the_command_prints_each_invariant_and_refuses_a_breach(campaign: Campaign) -> None:
    out = StringIO()
    call_command("check_integrity", campaign.code, stdout=out)
    lines = out.getvalue().splitlines()
    assert (len(lines), lines[-1]) == (10, "invariants=9 breaches=0")
    break_it("DELETE FROM mailing_enclosedcard")
    with pytest.raises(CommandError, match="不変条件"):
        call_command("check_integrity", campaign.code, stdout=out)
