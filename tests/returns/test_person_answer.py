"""The answer a hotline clerk reads aloud, at every place where a card can be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation

from backoffice.roles import Role
from backoffice.states import move
from issuance.models import InsuredPerson, Selection
from issuance.queries import person_answer
from mailing.models import Envelope
from returns.models import DeliveryException
from returns.services import (
    collect_card,
    deliver_after_all,
    hold_branch,
    hold_return,
    lift_hold,
    reroute,
    resolve_exception,
)
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    lose,
    pack_and_plan,
    staff,
    supervisor,
)
from tests.factories.returns import CUTOFF, come_back, post_all

if TYPE_CHECKING:
    from issuance.models import Campaign

NOW = datetime(2025, 9, 10, tzinfo=UTC)
POSTED = "8月21日にご登録の住所へ発送し、"
BACK = "9月3日に返送され（あて所に尋ねあたりません）、"


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


def heard(person: InsuredPerson, at: datetime = NOW) -> str:
    return person_answer(InsuredPerson.objects.get(pk=person.pk), why_not="対象になりません。", at=at)


def sent(campaign: Campaign, **employer: Any) -> tuple[InsuredPerson, Envelope]:
    household = a_household(campaign, "00", employer=an_employer(name="みなと商事", **employer))
    [envelope] = post_all(campaign)
    return household.people.get(), envelope


def test_nobody_is_answered_before_the_judgement(campaign: Campaign) -> None:
    person = a_household(campaign, targets=False).people.get()
    assert heard(person) == "対象者かどうかをまだ判定していません。"


def test_who_gets_none_hears_why(campaign: Campaign) -> None:
    person = a_household(campaign, "00").people.get()
    Selection.objects.update(outcome="excluded", reasons=["no_old_card"])
    assert heard(person) == "資格確認書はお送りしていません。対象になりません。"


def test_a_target_waits_for_an_envelope(campaign: Campaign) -> None:
    person = a_household(campaign, "00").people.get()
    assert heard(person) == "資格確認書をお送りする対象です。封筒の準備はこれからです。"
    pack_and_plan(campaign)
    assert heard(person) == "ご登録の住所宛の封筒を準備しています（まだ発送していません）。"
    at_the_vendor = "ご登録の住所宛の封筒を印刷・封入しています（まだ発送していません）。"
    move(Envelope.objects.all(), to="released", at=MORNING, by=None, released_at=MORNING)
    assert heard(person) == at_the_vendor
    move(Envelope.objects.all(), to="inserted", at=MORNING, by=None)
    assert heard(person) == at_the_vendor


def test_a_stopped_or_pulled_envelope_is_told(campaign: Campaign) -> None:
    person = a_household(campaign, "00").people.get()
    pack_and_plan(campaign)
    Envelope.objects.update(stop_code="does_not_fit", batch=None, position=None)
    assert heard(person) == "ご登録の住所宛の封筒は内容を確認しています（まだ発送していません）。"
    move(Envelope.objects.all(), to="pulled", at=MORNING, by=None)
    assert heard(person) == "ご登録の住所への発送は取りやめました。"


def test_a_posted_card_is_on_its_way(campaign: Campaign) -> None:
    person, _envelope = sent(campaign)
    assert heard(person) == "8月21日にご登録の住所へ発送済みです。"
    assert heard(person, datetime(2026, 1, 5, tzinfo=UTC)) == "2025年8月21日にご登録の住所へ発送済みです。"


def test_a_returned_card_goes_to_the_employer_next(campaign: Campaign) -> None:
    person, envelope = sent(campaign)
    come_back(envelope)
    assert heard(person) == f"{POSTED}{BACK}10月の事業所送付に含まれる予定です。"


@pytest.mark.parametrize("whole_branch", [True, False])
def test_a_returned_card_that_is_held_back_is_not_promised(campaign: Campaign, whole_branch: bool) -> None:
    person, envelope = sent(campaign)
    event = come_back(envelope)
    if whole_branch:
        branch = envelope.branch
        hold = hold_branch(campaign=campaign, branch=branch, reason="調査中", at=NOW, by=supervisor())
    else:
        hold = hold_return(event=event, reason="調査中", at=NOW, by=supervisor())
    assert heard(person) == f"{POSTED}{BACK}事業所への送付を見合わせています。"
    lift_hold(hold=hold, at=NOW, by=supervisor())
    assert heard(person) == f"{POSTED}{BACK}10月の事業所送付に含まれる予定です。"


def test_a_rerouted_card_is_on_its_way_to_the_employer(campaign: Campaign) -> None:
    person, envelope = sent(campaign)
    come_back(envelope)
    at = datetime(2025, 10, 1, tzinfo=UTC)
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=at, by=supervisor())
    answer = f"{POSTED}{BACK}事業所「みなと商事」宛の封筒を準備しています（まだ発送していません）。"
    assert heard(person) == answer


def test_a_card_that_can_not_go_to_the_employer_waits_for_a_person(campaign: Campaign) -> None:
    person, envelope = sent(campaign, status="2", ended_on=date(2025, 8, 1))
    come_back(envelope)
    alone = "事業所へは送れないため（事業所が全喪）"
    assert heard(person) == f"{POSTED}{BACK}{alone}個別の対応を待っています。"
    at = datetime(2025, 10, 1, tzinfo=UTC)
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=at, by=supervisor())
    assert heard(person) == f"{POSTED}{BACK}{alone}個別に対応しています。"
    exception = DeliveryException.objects.get()
    resolve_exception(exception=exception, resolution="handed_over", note="窓口", at=at, by=staff(Role.CLERK))
    assert heard(person) == f"{POSTED}{BACK}個別の対応を終えました（支部窓口で手渡し）。"


def test_a_card_that_arrived_after_all(campaign: Campaign) -> None:
    person, envelope = sent(campaign)
    event = come_back(envelope)
    deliver_after_all(event=event, note="電話", at=MORNING, by=staff(Role.RETURNS))
    assert heard(person) == f"{POSTED}{BACK}のちに届いたことを確認しました。"


def test_a_loss_and_a_card_sent_back(campaign: Campaign) -> None:
    person, _envelope = sent(campaign)
    lose(person)
    card = person.certificates.get()
    collect_card(
        campaign=campaign,
        serial=card.serial,
        reason="lost",
        collected_on=date(2025, 9, 9),
        at=MORNING,
        by=staff(Role.RETURNS),
    )
    assert heard(person) == (
        "7月21日に資格喪失の届出があり、8月21日にご登録の住所へ発送し、9月9日に返納されました。"
    )


def test_that_somebody_asked_for_nondisclosure_is_never_said_aloud(campaign: Campaign) -> None:
    held = a_household(campaign, "00", held=True).people.get()
    assert heard(held) == "資格確認書については、担当の職員から個別にご案内しています。"
    person, envelope = sent(campaign)
    come_back(envelope)
    InsuredPerson.objects.filter(pk=person.pk).update(nondisclosure=True)
    answer = heard(person)
    assert answer == f"{POSTED}{BACK}事業所へは送れないため（個別の事情）個別の対応を待っています。"


def test_the_answer_in_english(campaign: Campaign) -> None:
    person, envelope = sent(campaign)
    come_back(envelope)
    excluded = a_household(campaign, "00").people.get()
    Selection.objects.filter(person=excluded).update(outcome="excluded", reasons=["no_old_card"])
    with translation.override("en"):
        assert heard(person) == (
            "An envelope was posted to the registered address on 21 August, it came back on 3 September (Address unknown), "
            "it will be part of the mailing to employers in October."
        )
        answer = person_answer(excluded, why_not="Because.", at=NOW)
        assert answer == "No certificate has been sent. Because."
