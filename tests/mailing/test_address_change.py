"""A new address before posting: pulled, made again, and the vendor gets it as a file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from backoffice.refusal import Refused
from backoffice.roles import Permission, Role
from issuance.models import Certificate
from mailing.models import Case, Envelope, PrintBatch
from mailing.services import Address, change_address, release_batch
from tests.factories.mailing import (
    MORNING,
    a_campaign,
    a_household,
    clerk,
    lose,
    pack_and_plan,
    post,
    release,
    staff,
    supervisor,
)
from tests.page_text import messages_of, text_of
from tests.permission_matrix import assert_only

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db
NEW = Address("5300001", "大阪府大阪市北区梅田１－１", "届ビル")


@pytest.fixture
def batch() -> PrintBatch:
    """A household in two envelopes and another one; planned."""
    campaign = a_campaign()
    a_household(campaign, "00", "01", "02", "03", "04", postal_code="1000001")
    a_household(campaign, "00", postal_code="1000002")
    return pack_and_plan(campaign)


def first_of(batch: PrintBatch) -> Envelope:
    return batch.envelopes.order_by("position")[0]


def addresses(*states: str) -> set[tuple[str, str, str]]:
    rows = Envelope.objects.filter(state__in=states)
    return set(rows.values_list("postal_code", "address1", "address2"))


def test_every_envelope_of_the_household_goes_to_the_new_address(batch: PrintBatch) -> None:
    envelope, by = first_of(batch), clerk()
    counts = change_address(envelope=envelope, to=NEW, by=by, at=MORNING)
    assert (counts.pulled, counts.replaced) == (2, 2)
    made = Envelope.objects.filter(replaces__household=envelope.household)
    assert set(made.values_list("postal_code", "address1", "address2")) == {
        (NEW.postal_code, NEW.address1, NEW.address2)
    }
    assert sorted(made.values_list("seq", "of", "card_count")) == [(1, 2, 4), (2, 2, 1)]
    assert Certificate.objects.filter(state="live").count() == 6
    again = change_address(envelope=made[0], to=NEW, by=by, at=MORNING)
    assert (again.pulled, again.replaced) == (0, 0)


def test_the_vendor_gets_the_pull_list(batch: PrintBatch, tmp_path: Path) -> None:
    release(batch, tmp_path / "package")
    envelope = first_of(batch)
    change_address(envelope=envelope, to=NEW, by=clerk(), at=MORNING)
    released = release_batch(batch=batch, directory=tmp_path / "package", by=supervisor(), at=MORNING)
    assert (released.pulled, released.repeated) == (2, False)
    with (tmp_path / "package" / "pull_list.csv").open(encoding="cp932", newline="") as file:
        pieces = [row["piece_no"] for row in csv.DictReader(file)]
    pulled = batch.envelopes.filter(state="pulled").order_by("position")
    assert pieces == list(pulled.values_list("piece_no", flat=True))


def test_who_has_lost_eligibility_meanwhile_is_not_made_again(batch: PrintBatch) -> None:
    envelope = first_of(batch)
    person = envelope.cards.order_by("position")[1].certificate.person
    lose(person)
    change_address(envelope=envelope, to=NEW, by=clerk(), at=MORNING)
    assert not Certificate.objects.filter(person=person, state="live").exists()


@pytest.mark.parametrize(
    "bad",
    [Address("530-000", "大阪府"), Address("5300001", "梅田"), Address("5300001", "大阪府" + "あ" * 98)],
)
def test_a_bad_address_is_refused(batch: PrintBatch, bad: Address) -> None:
    with pytest.raises(Refused) as refusal:
        change_address(envelope=first_of(batch), to=bad, by=clerk(), at=MORNING)
    assert refusal.value.code == "bad_address"


def test_a_posted_envelope_is_not_pulled(batch: PrintBatch) -> None:
    post(batch)
    with pytest.raises(Refused) as refusal:
        change_address(envelope=first_of(batch), to=NEW, by=clerk(), at=MORNING)
    assert refusal.value.code == "not_pullable"
    assert Case.objects.count() == 0


def test_who_may_change_an_address(client_as: ClientAs, batch: PrintBatch) -> None:
    for by in (supervisor(), staff(Role.CLERK, branch_code="27")):
        with pytest.raises(PermissionDenied):
            change_address(envelope=first_of(batch), to=NEW, by=by, at=MORNING)
    url = reverse("mailing:envelope-change-address", kwargs={"piece_no": first_of(batch).piece_no})
    assert_only(client_as, url, Permission.PLAN_BATCHES, "post")


def test_the_page_of_an_envelope_takes_a_new_address(client_as: ClientAs, batch: PrintBatch) -> None:
    client, envelope = client_as(Role.CLERK), first_of(batch)
    keys = {"piece_no": envelope.piece_no}
    page = reverse("mailing:envelope-detail", kwargs=keys)
    assert text_of(client.get(page)).count("住所変更で引き抜く") == 2
    url = reverse("mailing:envelope-change-address", kwargs=keys)
    entries = {"postal_code": "x", "address1": NEW.address1, "address2": ""}
    assert messages_of(client.post(url, entries, follow=True)) == ["郵便番号は7桁の数字で入力してください。"]
    entries["postal_code"] = "530-0001"
    told = messages_of(client.post(url, entries, follow=True))
    assert told == ["2通を引き抜き、新しい住所の封筒を2通作成しました。"]
    assert text_of(client.get(page)).count("住所変更で引き抜く") == 0
    made = Envelope.objects.filter(replaces=envelope).get()
    url = reverse("mailing:envelope-change-address", kwargs={"piece_no": made.piece_no})
    assert messages_of(client.post(url, entries, follow=True)) == ["封筒はすでにこの住所です。"]
