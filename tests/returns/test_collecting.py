from __future__ import annotations

from typing import Any

import pytest

from backoffice.refusal import Refused
from issuance.models import Certificate
from returns.models import CollectedCard, ReturnEvent
from returns.services import collect_card
from tests.factories.mailing import MORNING, a_campaign, a_household, lose
from tests.factories.returns import CUTOFF, desk, post_all

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("lost", [True, False])
def test_a_collected_card_is_void_and_no_undelivered_mail(*, lost: bool) -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00")
    post_all(campaign)
    card = Certificate.objects.get()
    if lost:
        lose(household.people.get())
    found = collect_card(
        campaign=campaign,
        serial=card.serial.lower(),
        reason="lost",
        collected_on=CUTOFF,
        at=MORNING,
        by=desk(),
    )
    card.refresh_from_db()
    assert (found.loss_on_file, card.state, card.void_cause) == (lost, "void", "collected")
    assert ReturnEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("serial", "reason", "code"),
    [
        ("C000000000000", "lost", "unknown_card"),
        ("C12", "lost", "misread"),
        ("C000000000000", "bored", "unknown_reason"),
    ],
)
def test_cards_that_cannot_be_collected_are_refused(serial: str, reason: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        collect_card(
            campaign=a_campaign(), serial=serial, reason=reason, collected_on=CUTOFF, at=MORNING, by=desk()
        )
    assert (refusal.value.code, CollectedCard.objects.count()) == (code, 0)


def test_a_card_is_collected_once() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    post_all(campaign)
    values: dict[str, Any] = {
        "serial": Certificate.objects.get().serial,
        "reason": "other",
        "collected_on": CUTOFF,
        "at": MORNING,
    }
    collect_card(campaign=campaign, by=desk(), **values)
    with pytest.raises(Refused, match="すでに返納"):
        collect_card(campaign=campaign, by=desk(), **values)
    assert CollectedCard.objects.count() == 1
