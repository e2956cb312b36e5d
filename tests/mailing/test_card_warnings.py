"""What is printable and yet may be wrong is named on the page of the batch, before it is approved."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from issuance.models import InsuredPerson
from japan.piece_number import grouped
from mailing.queries import batch_warnings, card_warnings
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    an_employer,
    envelopes_of,
    lose,
    pack_and_plan,
    post,
)

if TYPE_CHECKING:
    from mailing.models import PrintBatch

pytestmark = pytest.mark.django_db
EXPIRED, AT_WORK = "有効期限をすでに過ぎた資格確認書", "登録された住所が事業所の所在地と同じ"
# Who is born on this day turns 75 on 15 July 2025: the last day of the card is the 14th.
BORN = date(1950, 7, 15)


def told(batch: PrintBatch, day: int) -> list[str]:
    """The warnings at noon in Tokyo of a day in July 2025."""
    return list(card_warnings(batch, datetime(2025, 7, day, 3, tzinfo=UTC)))


def test_a_card_is_told_of_from_the_day_on_which_its_holder_turns_75() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    old = a_household(campaign, "00", "01")
    InsuredPerson.objects.filter(household=old, edaban="00").update(birth_date=BORN)
    batch = pack_and_plan(campaign)
    theirs = next(each for each in envelopes_of(batch) if each.household == old)
    assert told(batch, 14) == []
    assert told(batch, 15) == [
        f"{EXPIRED}の入った封筒が 1 通あります（{grouped(theirs.piece_no)}）。資格を失っていないか確かめてください。"
    ]


def test_a_dependants_card_ends_with_the_insured_persons_membership() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "01")
    InsuredPerson.objects.filter(household=household, edaban="00").update(birth_date=BORN)
    assert len(told(pack_and_plan(campaign), 15)) == 1


def test_what_is_void_or_pulled_is_not_told_of() -> None:
    campaign = a_campaign()
    old = a_household(campaign, "00")
    InsuredPerson.objects.update(birth_date=BORN)
    batch = pack_and_plan(campaign)
    lose(*old.people.all())
    assert len(told(batch, 15)) == 1
    batch.envelopes.update(state="pulled")
    assert told(batch, 15) == []


def test_an_address_that_is_the_employers_is_told_of_and_at_most_five_are_named() -> None:
    campaign = a_campaign()
    employer = an_employer(postal_code="1640001", address1="東京都中野区中野４－１０－２")
    for _ in range(6):
        a_household(campaign, "00", employer=employer)
    a_household(campaign, "00", employer=an_employer(symbol="21700099"))
    [warning] = told(pack_and_plan(campaign), 1)
    assert warning.startswith(f"{AT_WORK}封筒が 6 通あります（")
    assert warning.count("、") == 4
    assert " ほか）" in warning


def test_they_stand_among_the_warnings_of_a_batch_until_it_is_handed_over() -> None:
    campaign = a_campaign()
    a_household(
        campaign, "00", employer=an_employer(postal_code="1640001", address1="東京都中野区中野４－１０－２")
    )
    batch = pack_and_plan(campaign)
    assert [text[: len(AT_WORK)] for text in batch_warnings(batch, at=MORNING)] == [AT_WORK]
    assert batch_warnings(post(batch), at=MORNING) == []
