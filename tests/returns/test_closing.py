"""A campaign ends when nothing in it is open any more, and from then on nothing in it changes."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from backoffice.models import Job
from backoffice.refusal import Refused
from issuance.models import Campaign, Household, LossImport, RosterImport, Selection
from issuance.queries import newest_open_campaign
from issuance.services import import_insured, import_losses
from returns.models import ReturnTray
from returns.queries import open_work
from returns.services import close_campaign, open_tray, reopen_campaign
from tests.factories.endings import an_ended_campaign
from tests.factories.mailing import MORNING, a_campaign, a_household, clerk, pack_and_plan, supervisor
from tests.factories.returns import come_back, desk, post_all
from tests.issuance.roster_files import loss_file, roster_file

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path


def refusal_of(work: Any, **values: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        work(**values)
    return refusal.value


def test_an_ended_campaign_is_closed_and_nobody_works_on_it_any_more() -> None:
    campaign, by = an_ended_campaign(), supervisor()
    assert open_work(campaign) == []
    close_campaign(campaign=campaign, at=MORNING, by=by)
    campaign.refresh_from_db()
    assert (campaign.closed_at, campaign.closed_by) == (MORNING, by)
    assert newest_open_campaign() is None
    assert refusal_of(close_campaign, campaign=campaign, at=MORNING, by=by).code == "already_closed"


@pytest.mark.parametrize(
    ("command", "further"),
    [
        ("import_insured", ["roster.csv"]),
        ("import_employers", ["employers.csv"]),
        ("import_losses", ["losses.csv"]),
        ("select_targets", []),
        ("publish_target_lists", []),
        ("pack_envelopes", []),
        ("plan_batches", []),
        ("render_batches", []),
        ("import_returns", ["returns.csv", "--by=nobody"]),
        ("reroute", ["--cutoff=2025-09-30"]),
    ],
)
def test_no_command_works_on_a_closed_campaign(command: str, further: list[str]) -> None:
    campaign = a_campaign()
    close_campaign(campaign=campaign, at=MORNING, by=supervisor())
    with pytest.raises(CommandError, match="終了しています"):
        call_command(command, "R7", *further)


def test_everything_that_is_open_is_named_and_keeps_the_campaign_open() -> None:
    campaign, by = a_campaign(), desk()
    a_household(campaign, "00")
    come_back(post_all(campaign)[0])
    a_household(campaign, "00")
    pack_and_plan(campaign)
    open_tray(campaign=campaign, at=MORNING, by=by)
    Job.objects.create(kind="issuance.select_targets", subject=str(campaign.public_id), created_at=MORNING)
    named = {one.label: one.count for one in open_work(campaign)}
    assert named == {
        "差し出していない封筒": 1,
        "終わっていない印刷バッチ": 1,
        "再送付を待つ還付": 1,
        "廃棄していない還付トレー": 1,
        "実行中の処理": 1,
    }
    refused = refusal_of(close_campaign, campaign=campaign, at=MORNING, by=supervisor())
    assert refused.code == "work_left"
    assert "再送付を待つ還付 1件" in refused.message
    assert ReturnTray.objects.get().state == "open"


def test_people_who_were_never_judged_or_never_packed_keep_the_campaign_open() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", targets=False)
    assert (
        "判定していない方"
        in refusal_of(close_campaign, campaign=campaign, at=MORNING, by=supervisor()).message
    )
    Household.objects.all()
    Selection.objects.all().delete()
    a_household(campaign, "00")
    assert (
        "封筒に入っていない対象の方"
        in refusal_of(close_campaign, campaign=campaign, at=MORNING, by=supervisor()).message
    )


def test_the_end_is_taken_back_by_hand() -> None:
    campaign = a_campaign()
    assert refusal_of(reopen_campaign, campaign=campaign, by=supervisor()).code == "not_closed"
    close_campaign(campaign=campaign, at=MORNING, by=supervisor())
    reopen_campaign(campaign=campaign, by=supervisor())
    assert newest_open_campaign() == campaign


def test_closing_is_for_those_who_manage_campaigns() -> None:
    campaign = a_campaign()
    with pytest.raises(PermissionDenied):
        close_campaign(campaign=campaign, at=MORNING, by=clerk())
    with pytest.raises(PermissionDenied):
        reopen_campaign(campaign=campaign, by=clerk())


def test_what_was_on_its_way_when_the_campaign_was_closed_begins_nothing(folder: Path) -> None:
    campaign = a_campaign()  # as whoever was on their way has read it: open
    Campaign.objects.update(closed_at=MORNING, closed_by=supervisor())
    values: dict[str, Any] = {"campaign": campaign, "at": MORNING}
    files: tuple[tuple[Any, Path], ...] = (
        (import_losses, loss_file(folder)),
        (import_insured, roster_file(folder)),
    )
    for work, path in files:
        told = refusal_of(work, path=path, file_name=path.name, by=None, **values)
        assert told.code == "campaign_closed"
    assert refusal_of(open_tray, by=desk(), **values).code == "campaign_closed"
    assert (ReturnTray.objects.count(), LossImport.objects.count(), RosterImport.objects.count()) == (0, 0, 0)


def test_the_command_run_again_changes_nothing_and_says_so() -> None:
    campaign, by = an_ended_campaign(), supervisor()
    said = []
    for _ in range(2):
        out = StringIO()
        call_command("close_campaign", campaign.code, "--by", by.username, stdout=out)
        said.append(out.getvalue().split())
    assert said[0][:2] == [f"campaign={campaign.code}", "closed=1"]
    assert said[1] == [*said[0], "repeated=1"]
