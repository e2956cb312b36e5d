from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.file_intake import RefusedFile
from issuance.models import Campaign, Certificate, InsuredPerson, LossImport, RosterImport
from issuance.services import import_losses, issue_certificates, select_targets
from tests.factories.backoffice import MORNING, UserFactory
from tests.factories.issuance import CampaignFactory
from tests.issuance.roster_files import (
    Row,
    dependant,
    loss,
    loss_file,
    person,
    rejected,
    take_in,
    take_in_employer,
)

if TYPE_CHECKING:
    from pathlib import Path

    from backoffice.models import User

pytestmark = pytest.mark.django_db
LATER = MORNING + timedelta(days=10)


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    """The 本人 and a dependant with their certificates."""
    made = CampaignFactory.create()
    take_in_employer(tmp_path, made)
    take_in(tmp_path, made, person(), dependant())
    select_targets(campaign=made, at=MORNING, by=None)
    issue_certificates(campaign=made, at=MORNING)
    return made


def take_losses(
    folder: Path, campaign: Campaign, *rows: Row, by: User | None = None, **form: Any
) -> LossImport:
    path = loss_file(folder, *rows, **form)
    return import_losses(campaign=campaign, path=path, file_name=path.name, at=LATER, by=by)


def losses() -> dict[str, date | None]:
    return dict(InsuredPerson.objects.values_list("edaban", "later_lost_on"))


def certificates() -> dict[str, tuple[str, str]]:
    rows = Certificate.objects.values_list("person__edaban", "state", "void_cause")
    return {edaban: (state, cause) for edaban, state, cause in rows}


def test_a_loss_is_noted_and_voids_the_certificate_and_keeps_the_outcome(
    tmp_path: Path, campaign: Campaign
) -> None:
    clerk = UserFactory.create(clerk=True)
    record = take_losses(tmp_path, campaign, loss(edaban="01"), by=clerk, encoding="cp932", japanese=False)
    record.refresh_from_db()
    assert (record.rows, record.accepted, record.rejected, record.imported_by) == (1, 1, 0, clerk)
    assert losses() == {"00": None, "01": date(2025, 7, 1)}
    assert InsuredPerson.objects.get(edaban="01").later_loss_source == record
    assert certificates() == {"00": ("live", ""), "01": ("void", "lost")}
    assert InsuredPerson.objects.get(edaban="01").selection.outcome == "target"
    assert issue_certificates(campaign=campaign, at=LATER) == 0


def test_bad_repeated_and_unknown_rows_are_rejected(tmp_path: Path, campaign: Campaign) -> None:
    record = take_losses(
        tmp_path,
        campaign,
        loss(edaban="01"),
        loss(edaban="01", lost_on="R7.8.1"),
        loss(edaban="02"),
        loss(number="2"),
        loss(insurer_no="01270016"),
        loss(lost_on=""),
        loss(edaban="0", symbol="x"),
    )
    assert (record.rows, record.accepted, record.rejected) == (7, 0, 7)
    assert rejected(record) == [
        (2, "edaban", "repeated_key"),
        (3, "edaban", "repeated_key"),
        (4, "edaban", "unknown_person"),
        (5, "edaban", "unknown_person"),
        (6, "edaban", "unknown_person"),
        (7, "lost_on", "lost_on_missing"),
        (8, "symbol", "symbol_format"),
        (8, "edaban", "edaban_format"),
        (8, "edaban", "unknown_person"),
    ]
    assert losses() == {"00": None, "01": None}


def test_the_same_file_again_changes_nothing(tmp_path: Path, campaign: Campaign) -> None:
    first = take_losses(tmp_path, campaign, loss())
    assert take_losses(tmp_path, campaign, loss()) == first
    assert LossImport.objects.count() == 1


def test_the_same_file_is_judged_again_once_people_have_come_that_its_rows_lacked(
    tmp_path: Path, campaign: Campaign
) -> None:
    first = take_losses(tmp_path, campaign, loss(edaban="02"))
    assert rejected(first) == [(2, "edaban", "unknown_person")]
    take_in(tmp_path, campaign, dependant("02"), name="later.csv")
    assert take_losses(tmp_path, campaign, loss(edaban="02")) == first  # they came before it
    RosterImport.objects.filter(file_name="later.csv").update(imported_at=LATER + timedelta(minutes=1))
    again = take_losses(tmp_path, campaign, loss(edaban="02"))
    assert (again.attempt, again.accepted, losses()["02"]) == (2, 1, date(2025, 7, 1))


def test_a_later_report_replaces_the_day(tmp_path: Path, campaign: Campaign) -> None:
    take_losses(tmp_path, campaign, loss())
    take_losses(tmp_path, campaign, loss(lost_on="2025/7/15"))
    assert losses() == {"00": date(2025, 7, 15), "01": date(2025, 7, 15)}


def test_dependants_have_lost_what_the_insured_has_lost(tmp_path: Path, campaign: Campaign) -> None:
    record = take_losses(tmp_path, campaign, loss())
    assert (record.accepted, record.rejected) == (1, 0)
    assert losses() == {"00": date(2025, 7, 1), "01": date(2025, 7, 1)}
    assert certificates() == {"00": ("void", "lost"), "01": ("void", "lost")}
    assert set(InsuredPerson.objects.values_list("later_loss_source", flat=True)) == {record.pk}


@pytest.mark.parametrize(("own", "day"), [("2025/6/1", date(2025, 6, 1)), ("2025/8/1", date(2025, 7, 1))])
def test_a_dependant_who_had_left_before_keeps_the_day(
    tmp_path: Path, campaign: Campaign, own: str, day: date
) -> None:
    take_losses(tmp_path, campaign, loss(edaban="01", lost_on=own))
    take_losses(tmp_path, campaign, loss())
    assert losses() == {"00": date(2025, 7, 1), "01": day}


def test_a_dependants_loss_is_nobody_elses(tmp_path: Path, campaign: Campaign) -> None:
    take_losses(tmp_path, campaign, loss(edaban="01"))
    assert losses()["00"] is None


def test_a_rejected_row_of_the_insured_ends_nothing(tmp_path: Path, campaign: Campaign) -> None:
    take_losses(tmp_path, campaign, loss(lost_on="2025/13/1"))
    assert losses() == {"00": None, "01": None}


def test_a_refused_file_changes_nothing(tmp_path: Path, campaign: Campaign) -> None:
    path = tmp_path / "losses.csv"
    path.write_text("insurer_no,symbol,number,edaban\n")
    with pytest.raises(RefusedFile) as refusal:
        import_losses(campaign=campaign, path=path, file_name="x", at=LATER, by=None)
    assert (refusal.value.code, "資格喪失年月日" in refusal.value.message) == ("missing_column", True)
    assert LossImport.objects.count() == 0


def test_other_campaigns_keep_their_people(tmp_path: Path, campaign: Campaign) -> None:
    record = take_losses(tmp_path, CampaignFactory.create(), loss())
    assert rejected(record) == [(2, "edaban", "unknown_person")]
    assert losses() == {"00": None, "01": None}


def test_who_may_not_import_is_denied(tmp_path: Path, campaign: Campaign) -> None:
    with pytest.raises(PermissionDenied):
        take_losses(tmp_path, campaign, loss(), by=UserFactory.create(returns_desk=True))
