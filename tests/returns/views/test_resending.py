from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from backoffice.roles import Permission, Role
from japan.piece_number import grouped
from mailing.models import Envelope
from returns.models import DeliveryException
from returns.services import reroute
from tests.factories.mailing import MORNING, a_campaign, a_household
from tests.factories.returns import CUTOFF, come_back, post_all
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from tests.conftest import ClientAs, StaffClient

ENTERED = {
    "postal_code": "5300001",
    "address1": "大阪府大阪市北区梅田１丁目",
    "address2": "",
    "note": "支部から電話で確認",
}


@pytest.fixture
def exception(db: None) -> DeliveryException:
    campaign = a_campaign()
    a_household(campaign, "00")
    come_back(post_all(campaign)[0])
    reroute(campaign=campaign, cutoff=CUTOFF, max_envelopes=None, at=MORNING, by=None)
    return DeliveryException.objects.get()


def url(exception: DeliveryException, name: str = "detail") -> str:
    return reverse(f"returns:exception-{name}", kwargs={"public_id": exception.public_id})


def press(client: StaffClient, exception: DeliveryException, name: str, **entered: str) -> list[str]:
    return messages_of(client.post(url(exception, name), entered, follow=True))


def shown(exception: DeliveryException) -> dict[str, str]:
    """What the page of the address that waits sends with its buttons."""
    return {"correction": str(exception.corrections.get(outcome="").public_id)}


@pytest.mark.parametrize("name", ["resend", "resend-confirm", "resend-withdraw"])
def test_each_button_asks_for_its_permission(
    client_as: ClientAs, exception: DeliveryException, name: str
) -> None:
    assert_only(client_as, url(exception, name), Permission.WORK_EXCEPTIONS, "post")


def test_one_proposes_and_another_sends(client_as: ClientAs, exception: DeliveryException) -> None:
    one, other = client_as(Role.CLERK), client_as(Role.CLERK)
    assert press(one, exception, "resend", **ENTERED) == [
        "再送付を提案しました。別の担当者が住所を確認すると、封筒が作られます。"
    ]
    own_page = text_of(one.get(url(exception)))
    assert "確認を待っている住所" in own_page
    assert "提案した本人は確認できません。" in own_page
    press(one, exception, "take")
    others_page = other.get(url(exception))
    assert "大阪府大阪市北区梅田１丁目" in text_of(others_page)
    # The second person is offered it, though the first one has the exception.
    assert [str(action.label) for action in others_page.context["actions"]][:3] == [
        "住所を確認して再送付する",
        "訂正を取り下げる",
        "担当を引き継ぐ",
    ]
    told = press(other, exception, "resend-confirm", **shown(exception))
    new = Envelope.objects.get(state="planned")
    assert told == [f"封筒 {grouped(new.piece_no)} を作りました。次の計画で印刷バッチに入ります。"]
    page = text_of(other.get(url(exception)))
    assert "再送付した住所" in page
    assert grouped(new.piece_no) in page
    assert "訂正した住所へ再送付" in page


def test_a_correction_is_taken_back(client_as: ClientAs, exception: DeliveryException) -> None:
    client = client_as(Role.CLERK)
    press(client, exception, "resend", **ENTERED)
    assert press(client, exception, "resend-withdraw", **shown(exception)) == ["訂正を取り下げました。"]
    page = text_of(client.get(url(exception)))
    assert "確認を待っている住所" not in page
    assert "再送付の提案を取り下げ" in page


@pytest.mark.parametrize("name", ["resend-confirm", "resend-withdraw"])
def test_only_the_address_that_was_looked_at_is_decided(
    client_as: ClientAs, exception: DeliveryException, name: str
) -> None:
    one, other = client_as(Role.CLERK), client_as(Role.CLERK)
    press(one, exception, "resend", **ENTERED)
    seen = shown(exception)
    assert f'value="{seen["correction"]}"' in other.get(url(exception)).content.decode()
    press(one, exception, "resend-withdraw", **seen)
    press(one, exception, "resend", **ENTERED | {"address1": "大阪府大阪市北区梅田２丁目"})
    told = press(other, exception, name, **seen)
    assert told == ["この訂正は、すでに確認または取下げが済んでいます。"]
    assert press(other, exception, name) != []
    assert exception.corrections.get(outcome="").address1 == "大阪府大阪市北区梅田２丁目"
    assert not Envelope.objects.filter(state="planned").exists()


def test_a_wrong_address_is_said(client_as: ClientAs, exception: DeliveryException) -> None:
    told = press(client_as(Role.CLERK), exception, "resend", **ENTERED | {"postal_code": "530"})
    assert told[0].startswith("郵便番号は7桁の数字")


def test_a_nondisclosed_household_offers_no_such_button(
    client_as: ClientAs, exception: DeliveryException
) -> None:
    DeliveryException.objects.update(code="nondisclosure")
    page = text_of(client_as(Role.SUPERVISOR).get(url(exception)))
    assert "訂正した住所への再送付を提案する" not in page
