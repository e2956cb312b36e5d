from __future__ import annotations

import pytest

from issuance.models import Certificate, InsuredPerson
from issuance.states import Outcome
from japan.piece_number import is_piece_number, piece_number, running_number
from mailing.models import EnclosedCard, Envelope, PrintBatch
from mailing.services import PackCounts, PullCounts, pack_envelopes, pull_lost_envelopes
from mailing.states import EnvelopeState
from returns.queries import check_integrity
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    a_person,
    an_employer,
    lose,
    pack_and_plan,
    post,
    select,
)

pytestmark = pytest.mark.django_db


def contents(envelope: Envelope) -> list[str]:
    return list(envelope.cards.order_by("position").values_list("certificate__person__edaban", flat=True))


def test_pack_envelopes_of_nobody_makes_nothing() -> None:
    assert pack_envelopes(campaign=a_campaign(), at=MORNING, by=None) == PackCounts(0, 0)


def test_pack_envelopes_cuts_targets_in_edaban_order_into_chunks_of_the_limit() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "07", "00", "02", "11", "05", "03", employer=an_employer())
    assert pack_envelopes(campaign=campaign, at=MORNING, by=None) == PackCounts(2, 6)
    first, second = Envelope.objects.order_by("seq")
    assert [contents(first), contents(second)] == [["00", "02", "03", "05"], ["07", "11"]]
    assert [(e.seq, e.of, e.card_count, e.card_limit) for e in (first, second)] == [
        (1, 2, 4, 4),
        (2, 2, 2, 4),
    ]
    assert {first.household, second.household} == {household}
    assert first.employer == household.employer


def test_pack_envelopes_follows_the_campaigns_own_limit() -> None:
    campaign = a_campaign(cards_per_envelope=2)
    a_household(campaign, "00", "01", "02")
    assert pack_envelopes(campaign=campaign, at=MORNING, by=None) == PackCounts(2, 3)


def test_pack_envelopes_addresses_the_insured_person_when_only_dependants_are_inside() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "01", "02")
    InsuredPerson.objects.filter(household=household, relation="1").update(
        name_print="髙橋　一郎", address2="中野荘101"
    )
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    envelope = Envelope.objects.get()
    assert (envelope.addressee, envelope.address2, contents(envelope)) == (
        "髙橋　一郎",
        "中野荘101",
        ["01", "02"],
    )


def test_pack_envelopes_numbers_in_branch_and_postal_code_order() -> None:
    campaign = a_campaign()
    south = a_household(campaign, "00", branch="40", postal_code="8100001")
    west = a_household(campaign, "00", postal_code="1900011")
    east = a_household(campaign, "00", postal_code="1000001")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    envelopes = list(Envelope.objects.order_by("ordinal"))
    assert [envelope.household for envelope in envelopes] == [east, west, south]
    assert [envelope.piece_no for envelope in envelopes] == [
        piece_number(running_number(campaign.ordinal, ordinal)) for ordinal in (1, 2, 3)
    ]
    assert all(is_piece_number(envelope.piece_no) for envelope in envelopes)


def test_pack_envelopes_twice_makes_nothing_the_second_time() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", "01")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    before = list(Envelope.objects.values())
    assert pack_envelopes(campaign=campaign, at=MORNING, by=None) == PackCounts(0, 0)
    assert list(Envelope.objects.values()) == before


def test_pack_envelopes_leaves_other_campaigns_alone() -> None:
    campaign, other = a_campaign(), a_campaign("R8")
    a_household(other, "00")
    assert pack_envelopes(campaign=campaign, at=MORNING, by=None) == PackCounts(0, 0)


def test_pack_envelopes_leaves_out_held_households() -> None:
    campaign = a_campaign()
    a_household(campaign, "00", "01", held=True)
    open_household = a_household(campaign, "00")
    assert pack_envelopes(campaign=campaign, at=MORNING, by=None) == PackCounts(1, 1)
    assert Envelope.objects.get().household == open_household


@pytest.mark.parametrize(("flagged", "left"), [("00", []), ("01", ["00"])])
def test_pack_envelopes_leaves_out_people_flagged_after_the_selection(flagged: str, left: list[str]) -> None:
    campaign = a_campaign()
    a_household(campaign, "00", "01")
    InsuredPerson.objects.filter(edaban=flagged).update(nondisclosure=True)
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    assert list(EnclosedCard.objects.values_list("certificate__person__edaban", flat=True)) == left


def test_pack_envelopes_packs_a_new_household_later_under_the_next_numbers() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    a_household(campaign, "00", "01")
    assert pack_envelopes(campaign=campaign, at=MORNING, by=None) == PackCounts(1, 2)
    assert list(Envelope.objects.order_by("pk").values_list("ordinal", flat=True)) == [1, 2]
    assert Certificate.objects.count() == 3


def test_a_later_import_touches_only_what_is_still_planned() -> None:
    campaign = a_campaign()
    for _ in range(3):
        a_household(campaign, "00", "01")
    batch = pack_and_plan(campaign)
    states = list(Envelope.objects.order_by("ordinal").values())
    cards = list(EnclosedCard.objects.order_by("pk").values())
    batches = list(PrintBatch.objects.order_by("pk").values())

    added = a_household(campaign, "00")
    assert pack_envelopes(campaign=campaign, at=MORNING, by=None) == PackCounts(envelopes=1, certificates=1)
    newest = Envelope.objects.get(household=added)
    assert (newest.state, newest.batch_id) == ("planned", None)
    assert list(Envelope.objects.exclude(pk=newest.pk).order_by("ordinal").values()) == states
    assert list(EnclosedCard.objects.exclude(envelope=newest).order_by("pk").values()) == cards
    assert list(PrintBatch.objects.order_by("pk").values()) == batches
    assert batch.envelopes.count() == 3


def test_pack_envelopes_gives_those_who_come_later_envelopes_of_their_own() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00", "01", employer=an_employer())
    post(pack_and_plan(campaign))
    for edaban in ("02", "03", "04", "05", "06"):
        select(a_person(household, edaban), Outcome.TARGET)
    assert pack_envelopes(campaign=campaign, at=MORNING, by=None) == PackCounts(2, 5)
    made = Envelope.objects.order_by("ordinal")
    assert [(e.cycle_no, e.seq, e.of, contents(e)) for e in made] == [
        (0, 1, 1, ["00", "01"]),
        (1, 1, 2, ["02", "03", "04", "05"]),
        (1, 2, 2, ["06"]),
    ]
    findings = check_integrity(campaign)[1:]  # of people who came in no file, the first says nothing
    assert not [finding.details for finding in findings if finding.breaches]


def test_pack_envelopes_keeps_those_who_come_later_apart_from_what_replaces_a_pulled_envelope() -> None:
    campaign = a_campaign()
    household = a_household(campaign, "00", "01")
    pack_and_plan(campaign)
    select(a_person(household, "02"), Outcome.TARGET)
    lose(InsuredPerson.objects.get(household=household, edaban="01"))
    assert pull_lost_envelopes(campaign=campaign, at=MORNING, by=None) == PullCounts(1, 1)
    assert pack_envelopes(campaign=campaign, at=MORNING, by=None) == PackCounts(1, 1)
    live = Envelope.objects.exclude(state=EnvelopeState.PULLED).order_by("ordinal")
    assert [(e.cycle_no, e.seq, e.of, contents(e)) for e in live] == [(0, 1, 1, ["00"]), (1, 1, 1, ["02"])]
