from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.refusal import Refused
from backoffice.roles import Role
from issuance.models import Campaign, Certificate
from issuance.services import void_certificates
from issuance.states import VoidCause
from returns.models import CollectedCard, ReturnEvent
from returns.services import NotCollected, StillEligible, answer_question, collect_card, collect_cards
from tests.factories.mailing import MORNING, a_campaign, a_household, lose, pack_and_plan, staff
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


def test_a_card_that_has_not_been_posted_is_not_collected() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    pack_and_plan(campaign)
    card = Certificate.objects.get()
    with pytest.raises(Refused) as refusal:
        collect_card(
            campaign=campaign, serial=card.serial, reason="lost", collected_on=CUTOFF, at=MORNING, by=desk()
        )
    card.refresh_from_db()
    assert (refusal.value.code, card.state, CollectedCard.objects.count()) == ("not_posted", "live", 0)


def test_nothing_is_collected_in_a_campaign_that_is_closed() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    post_all(campaign)
    Campaign.objects.update(closed_at=MORNING, closed_by=desk())
    serial = Certificate.objects.get().serial
    with pytest.raises(Refused) as refusal:
        collect_card(
            campaign=campaign, serial=serial, reason="lost", collected_on=CUTOFF, at=MORNING, by=desk()
        )
    assert (refusal.value.code, CollectedCard.objects.count()) == ("campaign_closed", 0)


@pytest.mark.parametrize("settled", ["lost", "void"])
def test_a_card_that_does_no_harm_is_not_asked_for(settled: str) -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00")
    post_all(campaign)
    values: dict[str, Any] = {"reason": "lost", "collected_on": CUTOFF, "at": MORNING, "by": desk()}
    card = Certificate.objects.get()
    with pytest.raises(StillEligible) as question:
        collect_card(campaign=campaign, serial=card.serial, sure_of=[], **values)
    card.refresh_from_db()
    assert (question.value.certificate, card.state) == (card, "live")
    if settled == "lost":
        lose(household.people.get())
    else:
        void_certificates(
            certificates=Certificate.objects.all(), cause=VoidCause.SUPERSEDED, at=MORNING, by=None
        )
    collect_card(campaign=campaign, serial=card.serial, sure_of=[], **values)
    assert CollectedCard.objects.count() == 1


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


def test_a_pile_is_recorded_card_by_card() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", "01")
    post_all(campaign)
    first, second = Certificate.objects.order_by("pk").values_list("serial", flat=True)
    pile: dict[str, Any] = {"reason": "lost", "collected_on": CUTOFF, "at": MORNING}
    done, refused = collect_cards(campaign=campaign, serials=[first, "C12", second, first], by=desk(), **pile)
    assert [card.certificate.serial for card in done] == [first, second]
    assert refused == [
        NotCollected("C12", "証番号を正しく読み取れませんでした。もう一度読み取ってください。"),
        NotCollected(first, "この資格確認書は、すでに返納として記録されています。"),
    ]
    with pytest.raises(PermissionDenied):
        collect_cards(campaign=campaign, serials=[], by=staff(Role.INQUIRY), **pile)


@pytest.mark.parametrize("lost", [True, False])
def test_a_card_without_a_loss_on_file_opens_a_question_that_is_answered_once(*, lost: bool) -> None:
    campaign, person = a_campaign(), desk()
    household = a_household(campaign, "00")
    post_all(campaign)
    if lost:
        lose(household.people.get())
    values: dict[str, Any] = {"reason": "lost", "collected_on": CUTOFF, "at": MORNING, "by": person}
    card = collect_card(campaign=campaign, serial=Certificate.objects.get().serial, **values)

    def answer(words: str) -> None:
        answer_question(card=card, answer=words, at=MORNING, by=person)

    with pytest.raises(Refused, match="確認の結果"):
        answer(" ")
    if not lost:
        answer(" 退職の届出待ち ")
        card.refresh_from_db()
        assert (card.answer, card.answered_by) == ("退職の届出待ち", person)
    with pytest.raises(Refused, match="確認を待つ内容はありません"):
        answer("もう一度")
