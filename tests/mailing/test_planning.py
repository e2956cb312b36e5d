from __future__ import annotations

import pytest

from backoffice.refusal import Refused
from mailing.models import Envelope, PrintBatch
from mailing.services import lift_stop, pack_envelopes, plan_batches
from tests.factories.mailing import MORNING, a_campaign, a_household, clerk

pytestmark = pytest.mark.django_db


def test_plan_batches_cuts_by_branch_in_postal_code_order() -> None:
    campaign = a_campaign()
    for postal_code in ("1640003", "1640001", "1640002"):
        a_household(campaign, "00", "01", postal_code=postal_code)
    a_household(campaign, "00", branch="40")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    assert plan_batches(campaign=campaign, max_envelopes=2, at=MORNING, by=None) == 3
    batches = list(PrintBatch.objects.order_by("number"))
    assert [batch.number for batch in batches] == ["R7-13-P001", "R7-13-P002", "R7-40-P001"]
    assert [(batch.envelope_count, batch.card_count) for batch in batches] == [(2, 4), (1, 2), (1, 1)]
    placed = Envelope.objects.order_by("batch__number", "position")
    assert list(placed.values_list("batch__number", "position", "postal_code")) == [
        ("R7-13-P001", 1, "1640001"),
        ("R7-13-P001", 2, "1640002"),
        ("R7-13-P002", 1, "1640003"),
        ("R7-40-P001", 1, "1640001"),
    ]


def test_plan_batches_takes_the_campaigns_limit_and_numbers_on() -> None:
    campaign = a_campaign(envelopes_per_batch=1)
    a_household(campaign, "00")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    assert plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None) == 1
    a_household(campaign, "00")
    a_household(campaign, "00")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    assert plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None) == 2
    numbers = PrintBatch.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["R7-13-P001", "R7-13-P002", "R7-13-P003"]


def test_plan_batches_twice_makes_nothing_the_second_time() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None)
    assert plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None) == 0


def test_plan_batches_numbers_beyond_999_keep_all_their_digits() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None)
    PrintBatch.objects.update(ordinal=999, number="R7-13-P999")
    a_household(campaign, "00")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None)
    assert PrintBatch.objects.latest("pk").number == "R7-13-P1000"


def test_plan_batches_leaves_stopped_envelopes_until_the_stop_is_lifted() -> None:
    campaign = a_campaign()
    a_household(campaign, "00")
    pack_envelopes(campaign=campaign, at=MORNING, by=None)
    Envelope.objects.update(stop_code="missing_glyph", stop_detail="card_name: missing_glyph U+20BB7")
    assert plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None) == 0
    assert lift_stop(envelopes=Envelope.objects.all(), by=clerk()) == 1
    assert Envelope.objects.get().stop_detail == ""
    assert plan_batches(campaign=campaign, max_envelopes=None, at=MORNING, by=None) == 1


@pytest.mark.parametrize("limit", [0, 10_001])
def test_plan_batches_refuses_an_impossible_size(limit: int) -> None:
    with pytest.raises(Refused) as refusal:
        plan_batches(campaign=a_campaign(), max_envelopes=limit, at=MORNING, by=None)
    assert refusal.value.code == "max_envelopes"
