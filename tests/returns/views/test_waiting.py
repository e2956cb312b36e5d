"""What waits for whom on the home page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from backoffice.models import AccessLog
from backoffice.roles import Role
from mailing.models import Envelope, PrintBatch
from mailing.services import submit_batch
from returns.models import DeliveryException, ReturnTray
from returns.services import collect_card, open_tray, record_return, reroute
from tests.factories.backoffice import UserFactory
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    pack_and_plan,
    render,
    staff,
    supervisor,
)
from tests.factories.returns import CUTOFF, RETURNED_ON, come_back, post_all
from tests.page_text import text_of

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from issuance.models import Campaign
    from tests.conftest import ClientAs

HOME = reverse("returns:overview")
BATCHES, EXCEPTIONS = reverse("mailing:batch-list"), reverse("returns:exception-list")


def waits(page: Any) -> dict[str, tuple[int, str]]:
    return {str(tile.label): (tile.value, tile.url) for tile in page.context["tiles"]}


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


def test_where_nothing_waits_the_page_says_so(client_as: ClientAs, campaign: Campaign) -> None:
    for role in Role:
        page = client_as(role).get(HOME)
        assert waits(page) == {}
        assert "いま待っているものはありません。" in text_of(page)


def test_a_batch_waits_for_another_person_than_its_submitter(
    client_as: ClientAs, campaign: Campaign, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    a_household(campaign, "00")
    batch = render(pack_and_plan(campaign))
    submitter, other = client_as(Role.SUPERVISOR), client_as(Role.SUPERVISOR)
    rendered = {"提出できるバッチ": (1, f"{BATCHES}?state=rendered")}
    assert waits(submitter.get(HOME)) == rendered
    assert waits(client_as(Role.CLERK).get(HOME)) == rendered
    submit_batch(batch=batch, by=submitter.staff, at=MORNING)
    assert waits(submitter.get(HOME)) == {}
    assert waits(other.get(HOME)) == {"承認を待つバッチ": (1, f"{BATCHES}?state=submitted")}
    assert waits(client_as(Role.SUPERVISOR, branch_code="27").get(HOME)) == {}
    assert waits(client_as(Role.INQUIRY).get(HOME)) == {}


def test_stopped_envelopes_wait_for_the_clerk(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    pack_and_plan(campaign)
    Envelope.objects.update(stop_code="missing_glyph", batch=None, position=None)
    PrintBatch.objects.all().delete()
    stopped = {"印刷できない封筒": (1, reverse("mailing:stopped-list"))}
    found = {role: waits(client_as(role).get(HOME)) for role in Role}
    assert found == {role: stopped if role == Role.CLERK else {} for role in Role}


def test_returns_wait_for_the_cycle_and_exceptions_for_their_people(
    client_as: ClientAs, campaign: Campaign
) -> None:
    a_household(campaign, "00", employer=an_employer(status="2", ended_on=CUTOFF))
    come_back(post_all(campaign)[0])
    returns = f"{reverse('returns:return-list')}?state=waiting"
    assert waits(client_as(Role.SUPERVISOR).get(HOME)) == {"再送付を待つ還付": (1, returns)}
    assert waits(client_as(Role.RETURNS).get(HOME)) == {}
    at = timezone.now()
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=supervisor())
    nobodys = {"担当のいない例外": (1, f"{EXCEPTIONS}?state=open&whose=nobody")}
    overdue = {"期限を過ぎた例外": (1, f"{EXCEPTIONS}?state=open&whose=overdue")}
    clerk = client_as(Role.CLERK)
    DeliveryException.objects.update(due_on=timezone.localdate(at))
    assert waits(clerk.get(HOME)) == nobodys
    assert waits(client_as(Role.CLERK, branch_code="27").get(HOME)) == {}
    DeliveryException.objects.update(owner=clerk.staff, due_on=timezone.localdate(at) - timedelta(days=1))
    assert waits(clerk.get(HOME)) == {
        "自分の例外": (1, f"{EXCEPTIONS}?state=open&whose=mine"),
        **overdue,
    }
    assert waits(client_as(Role.RETURNS).get(HOME)) == overdue
    assert waits(client_as(Role.AUDITOR).get(HOME)) == {}


def test_what_waits_at_the_returns_desk(client_as: ClientAs, campaign: Campaign) -> None:
    for _ in range(2):
        a_household(campaign, "00")
    envelopes = post_all(campaign)
    desk = client_as(Role.RETURNS)
    tray = open_tray(campaign=campaign, at=MORNING, by=desk.staff)
    day = RETURNED_ON
    for scanned in (envelopes[0].piece_no, "999999999999"):
        record_return(
            campaign=campaign,
            scanned=scanned,
            reason="moved",
            returned_on=day,
            at=MORNING,
            by=desk.staff,
            tray=tray,
        )
    card = envelopes[1].cards.get().certificate
    collect_card(
        campaign=campaign, serial=card.serial, reason="lost", collected_on=day, at=MORNING, by=desk.staff
    )
    unknown = {"不明の還付": (1, f"{reverse('returns:unknown-list')}?state=open")}
    question = {"確認が必要な返納": (1, f"{reverse('returns:collected-list')}?question=open")}
    assert waits(desk.get(HOME)) == {
        "閉じていないトレー": (1, reverse("returns:desk")),
        **unknown,
        **question,
    }
    assert waits(client_as(Role.RETURNS).get(HOME)) == {**unknown, **question}
    ReturnTray.objects.update(
        state="closed",
        counted=1,
        closed_at=MORNING,
        destroyed_on=day,
        destruction_no="1",
        destruction_entered_at=MORNING,
        destruction_entered_by=desk.staff,
    )
    assert "確認を待つ廃棄の記録" not in waits(desk.get(HOME))
    assert waits(client_as(Role.RETURNS).get(HOME))["確認を待つ廃棄の記録"] == (
        1,
        reverse("returns:tray-list"),
    )


def test_unusual_reading_waits_for_the_auditor(client_as: ClientAs, campaign: Campaign) -> None:
    reader, now = UserFactory.create(), timezone.now()
    AccessLog.objects.bulk_create(
        AccessLog(user=reader, action="view", screen="person-detail", subject=str(number), at=now)
        for number in range(60)
    )
    assert waits(client_as(Role.AUDITOR).get(HOME)) == {
        "ふだんと違う閲覧をした職員": (1, reverse("backoffice:volumes"))
    }


def test_a_roster_waits_for_another_person(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00")
    importer = staff(Role.CLERK, Role.SUPERVISOR)
    campaign.roster_imports.update(decision="waiting", imported_by=importer, decided_at=None)
    found = waits(client_as(Role.SUPERVISOR).get(HOME))
    assert found["承認を待つ加入者ファイル"] == (1, reverse("issuance:import-list"))
