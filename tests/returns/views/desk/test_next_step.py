from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from backoffice.roles import Role
from returns.models import ReturnEvent
from returns.services import reroute
from tests.factories.mailing import MORNING, a_household, lose
from tests.factories.returns import RETURNED_ON, come_back, post_all
from tests.page_text import text_of
from tests.returns.views.desk.scans import OPEN, scan, word_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from issuance.models import Campaign
    from mailing.models import Envelope
    from tests.conftest import ClientAs, StaffClient


def lost(envelope: Envelope) -> None:
    household = envelope.household
    assert household is not None
    lose(*household.people.all())


@pytest.mark.parametrize(
    ("reason", "prepare", "word"),
    [
        ("moved", lost, "廃棄確認"),
        ("refused", lambda _envelope: None, "保留"),
    ],
)
def test_the_big_word_says_what_happens_to_the_envelope(
    client: StaffClient, envelope: Envelope, reason: str, prepare: Callable[[Envelope], None], word: str
) -> None:
    prepare(envelope)
    assert word_of(scan(client, envelope.piece_no, reason=reason)) == word


def test_an_envelope_without_employer_goes_to_the_branch(client: StaffClient, campaign: Campaign) -> None:
    a_household(campaign, "00")
    (envelope,) = post_all(campaign)
    assert word_of(scan(client, envelope.piece_no)) == "支部照会"


def test_a_second_scan_says_who_scanned_it_first(client: StaffClient, envelope: Envelope) -> None:
    first = come_back(envelope)
    answer = scan(client, envelope.piece_no)
    assert word_of(answer) == "受付済みです"
    assert text_of(answer).count("2025-07-21 09:00 に 佐藤 健一 さんが受け付けています。") == 1
    assert text_of(answer).count("行き先： 事業所へ") == 1
    assert list(ReturnEvent.objects.all()) == [first]


def test_a_second_scan_says_where_the_piece_belongs(client: StaffClient, envelope: Envelope) -> None:
    client.post(OPEN)
    scan(client, envelope.piece_no, reason="refused")
    waiting = text_of(scan(client, envelope.piece_no))
    assert waiting.count("行き先： 保留 トレー 1 の封筒です。") == 1
    reroute(campaign=envelope.campaign, cutoff=RETURNED_ON, max_envelopes=None, at=MORNING, by=None)
    assert text_of(scan(client, envelope.piece_no)).count("行き先： 個別対応 トレー 1 の封筒です。") == 1


def test_a_desk_of_one_branch_may_scan_what_is_in_its_hands(client_as: ClientAs, campaign: Campaign) -> None:
    a_household(campaign, "00", branch="27")
    (envelope,) = post_all(campaign)
    answer = scan(client_as(Role.RETURNS, branch_code="13"), envelope.piece_no)
    assert (word_of(answer), text_of(answer).count("大阪支部")) == ("支部照会", 1)
    assert ReturnEvent.objects.get().returned_on == date(2025, 9, 3)
