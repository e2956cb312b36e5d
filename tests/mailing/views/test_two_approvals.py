from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.roles import Role
from issuance.models import Campaign
from mailing.services import state_sample_seen, submit_batch
from tests.factories.mailing import MORNING, a_campaign, a_household, clerk, pack_and_plan, render
from tests.page_text import text_of

if TYPE_CHECKING:
    from mailing.models import PrintBatch
    from tests.conftest import ClientAs, StaffClient

pytestmark = pytest.mark.django_db


def url(batch: PrintBatch, name: str) -> str:
    return reverse(f"mailing:batch-{name}", kwargs={"number": batch.number})


def page(client: StaffClient, batch: PrintBatch) -> str:
    return text_of(client.get(url(batch, "detail")))


def test_the_page_says_which_approval_is_missing_and_who_gave_the_first(client_as: ClientAs) -> None:
    campaign = a_campaign(second_approval_over=0)
    a_household(campaign, "00")
    batch = render(pack_and_plan(campaign))
    submit_batch(batch=batch, by=clerk(), at=MORNING)
    batch.refresh_from_db()
    first, second = client_as(Role.SUPERVISOR), client_as(Role.SUPERVISOR)
    for client in (first, second):
        state_sample_seen(batch=batch, by=client.staff, at=MORNING)
    shown = {"manifest_sha256": batch.manifest_sha256}
    before = page(second, batch)
    assert (before.count("承認する（1人目）"), before.count("0／2人")) == (
        2,
        1,
    )  # the button, and what it opens
    answer = text_of(first.post(url(batch, "approve"), shown, follow=True))
    assert answer.count("もう1人の承認が必要です。") == 1
    assert answer.count("もう1人の承認者の承認を待っています。") == 1
    after = page(second, batch)
    assert (after.count("承認する（2人目）"), after.count("1／2人")) == (2, 1)
    answer = text_of(second.post(url(batch, "approve"), shown, follow=True))
    batch.refresh_from_db()
    assert (batch.state, answer.count("2／2人"), answer.count("もう1人")) == ("approved", 1, 0)


def test_the_page_says_when_an_envelope_is_too_heavy(client_as: ClientAs) -> None:
    campaign = a_campaign(weight_limit_grams=Decimal(30))
    a_household(campaign, "00")
    batch = render(pack_and_plan(campaign))
    client = client_as(Role.CLERK)
    said = page(client, batch)
    assert (said.count("最も重い封筒は 30.00 g"), said.count("を超える封筒")) == (1, 0)
    assert (said.count("1通、用紙 1枚、資格確認書 1枚、合計 0.0 kg"), said.count("164")) == (1, 1)
    Campaign.objects.update(weight_limit_grams=Decimal("29.99"))
    assert page(client, batch).count("29.99 gを超える封筒が1通あります") == 1
