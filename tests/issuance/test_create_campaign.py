from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from backoffice.refusal import Refused
from issuance.models import Campaign
from issuance.queries import campaign_by_code, newest_open_campaign
from issuance.services import CreatedCampaign, create_campaign
from tests.factories.backoffice import MORNING, UserFactory
from tests.factories.issuance import CampaignFactory

pytestmark = pytest.mark.django_db


def create(code: str = "R7", **columns: object) -> CreatedCampaign:
    return create_campaign(code=code, at=MORNING, by=None, **columns)


def test_a_campaign_has_the_values_of_the_briefing() -> None:
    made = create()
    made.campaign.refresh_from_db()
    assert made.created
    expected = {
        "code": "R7",
        "name": "R7",
        "ordinal": 1,
        "created_at": MORNING,
        "reference_date": date(2025, 4, 30),
        "decided_by": date(2024, 11, 29),
        "deadline": date(2025, 12, 1),
        "cards_per_envelope": 4,
        "hotline_number": "0570-015-369",
        "dependants_only_reading": "name_only",
    }
    assert {name: getattr(made.campaign, name) for name in expected} == expected
    windows = made.campaign.expiry_policies.order_by("window_start")
    assert list(windows.values_list("window_start", "window_end", "expires_on"))[:2] == [
        (date(2024, 12, 2), date(2025, 12, 1), date(2029, 11, 30)),
        (date(2025, 12, 2), date(2026, 12, 1), date(2030, 11, 30)),
    ]
    assert windows.count() == 6


def test_every_column_can_be_another() -> None:
    campaign = create(
        name="第2回", cards_per_envelope=2, reference_date=date(2025, 6, 30), forwarding=False
    ).campaign
    campaign.refresh_from_db()
    assert (campaign.name, campaign.cards_per_envelope, campaign.reference_date, campaign.forwarding) == (
        "第2回",
        2,
        date(2025, 6, 30),
        False,
    )


def test_ordinals_count_up() -> None:
    assert [create(code).campaign.ordinal for code in ("A", "B", "C")] == [1, 2, 3]


def test_the_same_again_is_no_new_campaign() -> None:
    first = create(cards_per_envelope=3)
    again = create(cards_per_envelope=3)
    assert (again.created, again.campaign, create().created) == (False, first.campaign, False)
    assert Campaign.objects.get().expiry_policies.count() == 6


def test_another_value_under_the_same_code_is_refused() -> None:
    create(cards_per_envelope=3)
    with pytest.raises(Refused) as refusal:
        create(cards_per_envelope=4, notice="別", deadline=date(2025, 12, 1))
    assert refusal.value.code == "campaign_differs"
    assert "cards_per_envelope、notice）" in refusal.value.message
    assert Campaign.objects.get().cards_per_envelope == 3


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"code": "令和7"}, "code"),
        ({"code": "R7\n"}, "code"),
        ({"code": "A" * 25}, "code"),
        ({"hotline_name": "あ" * 61}, "hotline_name"),
        ({"cards_per_envelope": -1}, "cards_per_envelope"),
        ({"cards_per_envelope": 0}, "1〜4枚"),
        ({"cards_per_envelope": 5}, "1〜4枚"),
        ({"envelopes_per_batch": 10_001}, "10,000通"),
        ({"expected_people": 10**12}, "expected_people"),
        ({"dependants_only_reading": "x"}, "dependants_only_reading"),
        ({"decided_by": date(2025, 5, 1)}, "決定期限は基準日以前"),
        ({"reference_date": date(2025, 12, 2)}, "基準日は交付期限以前"),
        ({"personal_from": date(2025, 11, 1)}, "個人宛送付の開始"),
        ({"employer_until": date(2025, 8, 1)}, "事業所宛送付の開始"),
        ({"issued_on": date(2024, 12, 1)}, "有効期限の定め"),
    ],
)
def test_an_impossible_campaign_is_refused(columns: dict[str, Any], named: str) -> None:
    with pytest.raises(Refused) as refusal:
        create(**{"code": "R7", **columns})
    assert refusal.value.code == "campaign_invalid"
    assert named in refusal.value.message
    assert "\n" not in refusal.value.message
    assert Campaign.objects.count() == 0


def test_the_hundredth_campaign_is_refused() -> None:
    CampaignFactory.create(ordinal=99)
    with pytest.raises(Refused) as refusal:
        create()
    assert "99回" in refusal.value.message


def test_who_may_not_manage_campaigns_is_denied() -> None:
    with pytest.raises(PermissionDenied):
        create_campaign(code="R7", at=MORNING, by=UserFactory.create(clerk=True))
    assert create_campaign(code="R7", at=MORNING, by=UserFactory.create(supervisor=True)).created


def test_campaigns_are_found_by_code_and_the_newest_open_one_is_worked_on() -> None:
    assert newest_open_campaign() is None
    first, second = (CampaignFactory.create(code=code, ordinal=n) for n, code in ((1, "A"), (2, "B")))
    assert (campaign_by_code("A"), newest_open_campaign()) == (first, second)
    second.closed_at, second.closed_by = MORNING, UserFactory.create()
    second.save()
    assert newest_open_campaign() == first
    with pytest.raises(Refused) as refusal:
        campaign_by_code("a")
    assert refusal.value.code == "unknown_campaign"
