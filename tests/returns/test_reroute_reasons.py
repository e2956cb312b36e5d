"""Why a returned envelope goes to the employer or not, rule by rule, and never otherwise than the cycle decides."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from backoffice.roles import Role
from employers.models import Employer
from issuance.models import InsuredPerson
from returns.eligibility import (
    ReturnData,
    ReturnDates,
    ReturnFacts,
    applying_codes,
    exception_code,
    reroute_lines,
)
from returns.models import DeliveryException, ReturnEvent
from returns.services import hold_branch, reroute, reroute_reasons
from returns.states import ExceptionCode, ReturnReason
from tests.factories.mailing import MORNING, a_campaign, a_household, an_employer, lose, supervisor
from tests.factories.returns import CUTOFF, come_back, post_all
from tests.page_text import text_of

if TYPE_CHECKING:
    from tests.conftest import ClientAs

DAY = date(2025, 9, 3)
DATA = ReturnData(
    kind="k",
    reason="r",
    insured_kind="i",
    employer="e",
    employer_status="s",
    eligible=1,
    inside=2,
    dates=ReturnDates(DAY, DAY, DAY, DAY),
)
FACTS = st.builds(
    ReturnFacts,
    kind=st.sampled_from(["personal", "employer", "target_list"]),
    reason=st.sampled_from(ReturnReason.values),
    insured_kind=st.sampled_from(["1", "2"]),
    employer_status=st.sampled_from(["", "1", "2"]),
    all_lost=st.booleans(),
    nondisclosure=st.booleans(),
)


@given(FACTS)
def test_the_card_fails_exactly_where_an_exception_applies(facts: ReturnFacts) -> None:
    lines = reroute_lines(facts, DATA, recorded="")
    assert sum(not line.passed for line in lines) == len(applying_codes(facts))
    assert all(line.passed == line.now_passes for line in lines)
    assert bool(exception_code(facts)) == any(not line.passed for line in lines)


@given(FACTS, st.sampled_from(ExceptionCode.values))
def test_what_was_recorded_did_not_pass_then(facts: ReturnFacts, recorded: str) -> None:
    now = reroute_lines(facts, DATA, recorded="")
    then = reroute_lines(facts, DATA, recorded=recorded)
    assert [line.now_passes for line in then] == [line.now_passes for line in now]
    changed = [line for line, before in zip(then, now, strict=True) if line.passed != before.passed]
    assert len(changed) <= 1
    assert all(not line.passed for line in changed)


def returned() -> ReturnEvent:
    campaign = a_campaign()
    a_household(campaign, "00", "01", employer=an_employer())
    return come_back(post_all(campaign)[0], "moved")


def failing(event: ReturnEvent) -> list[tuple[str, str]]:
    event.refresh_from_db()
    found = reroute_reasons(event)
    assert found
    return [(line.rule, line.value) for line in found.lines if not line.passed]


@pytest.mark.django_db
def test_each_rule_names_its_value() -> None:
    event = returned()
    assert failing(event) == []
    lose(InsuredPerson.objects.get(edaban="01"))
    assert failing(event) == []
    lose(InsuredPerson.objects.get(edaban="00"))
    Employer.objects.update(status="2", ended_on=date(2025, 8, 1))
    InsuredPerson.objects.update(nondisclosure=True, insured_kind="2", voluntary_end=date(2026, 6, 30))
    ReturnEvent.objects.update(reason="refused")
    hold_branch(
        campaign=event.envelope.campaign,
        branch=event.envelope.branch,
        reason="引っ越しの時期",
        at=MORNING,
        by=supervisor(),
    )
    assert failing(event) == [
        ("任意継続の被保険者ではない", "任意継続"),
        ("事業所が全喪していない", "全喪（2025-08-01）"),
        ("資格のある方が入っている", "2人のうち0人"),
        ("受取を拒絶されていない", "受取拒絶"),
        ("世帯に不開示の申出がない", "申出あり"),
        ("再送付が保留されていない", "引っ越しの時期"),
    ]


@pytest.mark.django_db
def test_a_household_without_employer_says_so() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    assert failing(come_back(post_all(campaign)[0])) == [("事業所が登録されている", "—")]


@pytest.mark.django_db
def test_what_went_to_the_employer_has_no_card_and_came_back_from_there_has_one_rule() -> None:
    event = returned()
    campaign = event.envelope.campaign
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    event.refresh_from_db()
    assert reroute_reasons(event) is None
    again = come_back(post_all(campaign)[-1])
    assert failing(again) == [("個人宛の封筒である", "事業所宛")]


def test_the_pages_of_return_and_exception_show_the_card(client_as: ClientAs) -> None:
    event = returned()
    Employer.objects.update(status="2", ended_on=date(2025, 8, 1))
    client = client_as(Role.RETURNS)
    url = reverse("returns:return-detail", kwargs={"public_id": event.public_id})
    page = text_of(client.get(url))
    assert (
        "事業所が全喪していない 全喪（2025-08-01） 2025-07-21 現在 満たさない 事業所が適用中であること"
        in page
    )
    assert "規則の版 reroute-1。 加入者ファイル roster.csv の" in page
    reroute(campaign=event.envelope.campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    Employer.objects.update(status="1", ended_on=None)
    exception = DeliveryException.objects.get()
    page = text_of(client.get(reverse("returns:exception-detail", kwargs={"public_id": exception.public_id})))
    assert "事業所が全喪していない 適用中 2025-07-21 現在 満たさない 判定の後に値が変わりました" in page


def test_the_hotline_is_not_told_of_a_request_for_nondisclosure(client_as: ClientAs) -> None:
    campaign = a_campaign()
    a_household(campaign, "00", employer=an_employer())
    event = come_back(post_all(campaign)[0])
    url = reverse("returns:return-detail", kwargs={"public_id": event.public_id})
    for flag, value in ((False, "事情なし"), (True, "事情あり")):
        InsuredPerson.objects.update(nondisclosure=flag)
        told = text_of(client_as(Role.INQUIRY).get(url))
        assert "不開示" not in told
        assert f"個別の事情がない {value}" in told
        assert "世帯に不開示の申出がない" in text_of(client_as(Role.SUPERVISOR).get(url))
