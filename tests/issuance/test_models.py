from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from employers.apps import ensure_branches
from employers.models import Branch, TargetList, TargetListLine
from issuance.models import Campaign, Certificate
from tests.factories.backoffice import MORNING
from tests.factories.employers import EmployerFactory
from tests.factories.issuance import (
    CampaignFactory,
    CertificateFactory,
    ExpiryPolicyFactory,
    HouseholdFactory,
    InsuredPersonFactory,
    RosterImportFactory,
    SelectionFactory,
)

pytestmark = pytest.mark.django_db


def broken_constraint(factory: Any, **columns: Any) -> str:
    """The name of the constraint that refuses such a row."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        factory.create(**columns)
    cause = error.value.__cause__
    return str(getattr(cause, "diag").constraint_name)  # noqa: B009 -- psycopg's, unknown to IntegrityError


@pytest.mark.parametrize(
    ("factory", "columns", "constraint"),
    [
        (CampaignFactory, {"ordinal": 100}, "campaign_ordinal_fits_piece_number"),
        (CampaignFactory, {"cards_per_envelope": 5}, "campaign_envelope_holds_1_to_4"),
        (CampaignFactory, {"envelopes_per_batch": 0}, "campaign_batch_holds_1_to_10000"),
        (CampaignFactory, {"decided_by": date(2025, 5, 1)}, "campaign_decided_before_reference"),
        (CampaignFactory, {"deadline": date(2025, 4, 29)}, "campaign_reference_before_deadline"),
        (ExpiryPolicyFactory, {"window_start": date(2025, 12, 2)}, "expiry_window_runs_forward"),
        (ExpiryPolicyFactory, {"expires_on": date(2025, 12, 1)}, "expiry_after_window"),
        (RosterImportFactory, {"rows": 2, "accepted": 1}, "roster_import_rows_add_up"),
        (HouseholdFactory, {"symbol": "01060708"}, "household_symbol_is_7_or_8_digits"),
        (HouseholdFactory, {"number": "01"}, "household_number_is_1_to_7_digits"),
        (
            HouseholdFactory,
            {"branch": None, "employer": None, "insurer_no": "01130012"},
            "household_has_branch_unless_day_labour",
        ),
        (InsuredPersonFactory, {"edaban": "0"}, "person_edaban_is_2_digits"),
        (InsuredPersonFactory, {"insured_kind": "2"}, "person_voluntary_end_matches_kind"),
        (InsuredPersonFactory, {"later_lost_on": date(2025, 7, 1)}, "person_later_loss_has_source"),
        (SelectionFactory, {"outcome": "excluded"}, "selection_reasons_match_outcome"),
        (SelectionFactory, {"reasons": ["lost"]}, "selection_reasons_match_outcome"),
        (SelectionFactory, {"outcome": "excluded", "reasons": ["whim"]}, "selection_reasons_match_outcome"),
        (CertificateFactory, {"void_cause": "lost"}, "certificate_void_cause_matches_state"),
        (CertificateFactory, {"voided_at": MORNING}, "certificate_voided_at_matches_state"),
        (EmployerFactory, {"status": "2"}, "employer_ended_on_matches_status"),
    ],
)
def test_the_database_refuses(factory: Any, columns: dict[str, Any], constraint: str) -> None:
    assert broken_constraint(factory, **columns) == constraint


def test_the_database_refuses_a_second_one_of_a_kind() -> None:
    live = CertificateFactory.create()
    person = live.person
    household = person.household
    assert [
        broken_constraint(CertificateFactory, person=person),
        broken_constraint(InsuredPersonFactory, household=household, edaban="01"),
        broken_constraint(InsuredPersonFactory, household=household, relation="2"),
        broken_constraint(
            HouseholdFactory, campaign=household.campaign, symbol=household.symbol, number=household.number
        ),
        broken_constraint(RosterImportFactory, campaign=household.campaign, sha256=person.source.sha256),
    ] == [
        "one_live_certificate_per_person",
        "one_insured_per_household",
        "one_person_per_household_and_edaban",
        "one_household_per_insurer_symbol_number",
        "roster_file_imported_once",
    ]
    CertificateFactory.create(person=person, void=True)


def test_a_void_certificate_never_lives_again() -> None:
    card = CertificateFactory.create(void=True)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Certificate.objects.filter(pk=card.pk).update(state="live", void_cause="", voided_at=None)


def test_records_name_themselves_without_personal_data() -> None:
    card = CertificateFactory.create()
    person = card.person
    employer = EmployerFactory.create(name="みなと")
    listed = TargetList.objects.create(
        campaign_code="R7", employer=employer, as_of=MORNING, published_at=MORNING, line_count=1, card_count=1
    )
    line = TargetListLine.objects.create(
        target_list=listed, position=1, number="7", insured_name="山田", card_count=1
    )
    policy = Campaign.objects.get().expiry_policies.get()
    assert [str(each) for each in (card, person, person.household, person.selection, person.source)] == [
        card.serial,
        f"person {person.public_id}",
        f"household {person.household_id}",
        "target ",
        "insured.csv (0/0)",
    ]
    assert [str(each) for each in (employer, listed, line, policy, employer.branch)] == [
        "みなと",
        "みなと v1",
        f"{listed.pk}#1",
        "2024-12-02–2025-12-01: 2029-11-30",
        "東京支部",
    ]
    assert str(Campaign.objects.get()) == Campaign.objects.get().name


def test_branches_come_back_and_keep_what_was_edited() -> None:
    Branch.objects.filter(code="13").update(address="東京都中野区")
    Branch.objects.filter(code="27").delete()
    ensure_branches(using="default")
    assert Branch.objects.count() == 47
    assert Branch.objects.get(code="13").address == "東京都中野区"


def test_a_database_without_the_table_is_left_alone() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE employers_branch RENAME TO elsewhere")
    ensure_branches(using="default")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM elsewhere")
        assert cursor.fetchone() == (47,)
